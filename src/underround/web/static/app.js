// The shell: head, rail, views, keys. Each view makes its elements and keeps them up to date.

import * as feed from "./feed.js";
import { h, mark, say } from "./dom.js";
import { age, bytes, count, seconds, time } from "./format.js";
import { opportunities } from "./view-opportunities.js";
import { markets } from "./view-markets.js";
import { bitcoin } from "./view-bitcoin.js";
import { trades } from "./view-trades.js";
import { pnl } from "./view-pnl.js";
import { risk } from "./view-risk.js";
import { feeds } from "./view-feeds.js";
import { review } from "./view-review.js";
import { sessions } from "./view-sessions.js";

const VIEWS = [
  ["opportunities", "Opportunities", opportunities],
  ["markets", "Markets", markets],
  ["bitcoin", "Bitcoin", bitcoin],
  ["trades", "Trades", trades],
  ["pnl", "P&L", pnl],
  ["risk", "Risk", risk],
  ["feeds", "Feeds", feeds],
  ["review", "Pair review", review],
  ["sessions", "Sessions", sessions],
];
const STALE_MS = 3000;

const main = document.getElementById("main");
const link = document.getElementById("link");
const linkText = document.getElementById("link-text");
const said = document.getElementById("said");
const old = document.getElementById("old");
const sheet = document.getElementById("sheet");
let current = null;
let stop = null;

function rail() {
  const list = document.getElementById("rail");
  VIEWS.forEach(([name, title], index) => {
    list.append(h("li", {}, h("a", { href: `#${name}`, "data-view": name },
      h("span", {}, title), h("kbd", { "aria-hidden": "true" }, String(index + 1)))));
  });
}

function show() {
  const name = location.hash.slice(1).split("/")[0] || "opportunities";
  const isFirst = current === null;
  const view = VIEWS.find(([each]) => each === name) || VIEWS[0];
  if (current === view[0]) return;
  current = view[0];
  if (stop) stop();
  if (sheet.open) sheet.close();
  for (const anchor of document.querySelectorAll("[data-view]")) {
    mark(anchor, "aria-current", anchor.dataset.view === current ? "page" : null);
    if (anchor.dataset.view === current) anchor.scrollIntoView({ block: "nearest", inline: "center" });
  }
  const hadFocus = main.contains(document.activeElement);
  const root = h("section", { class: `view view-${current}` });
  main.replaceChildren(old, root);
  // Whoever was in the view that went would else begin again at the top of the page.
  if (!isFirst && (hadFocus || document.activeElement === document.body)) main.focus({ preventScroll: true });
  if (!isFirst) window.scrollTo(0, 0);
  const look = view[2](root);
  stop = feed.watch(look);
  head();
  look(new Set(["status", "opportunities", "closed", "markets", "books", "feeds", "trading",
    "bitcoin", "review", "clock", "link"]), new Set(Object.keys(feed.topic("books") || {})));
}

const VITALS = [
  ["Books live", (s) => `${s.books_live} / ${s.books}`, "Order books that may be traded on"],
  ["Frames", (s) => `${count(s.frames_per_s)}/s`, "Frames a second from all venues"],
  ["Open", (s) => String(s.open), "Underrounds that stand now"],
  ["Tick to signal", (s) => (s.detect_p50_s === null ? "–" : `≤ ${seconds(s.detect_p50_s)}`),
    "Half of all signals came within this after the frame that made them"],
  ["Recorded", (s) => (s.recording_bytes === null ? "off" : bytes(s.recording_bytes)), "Compressed"],
];
const vitals = VITALS.map(([title, value, help]) => {
  const shown = h("dd", {}, "–");
  return { value, shown, element: h("div", { title: help }, h("dt", {}, title), shown) };
});

function head() {
  const status = feed.topic("status");
  if (status) for (const vital of vitals) say(vital.shown, vital.value(status));
  let state = feed.linkState();
  const silentMs = feed.sinceHeardMs();
  if (state === "live" && silentMs > STALE_MS) state = silentMs === Infinity ? "loading" : "stale";
  mark(link, "data-state", state);
  mark(document.documentElement, "data-link", state);
  const paused = Boolean(status && status.paused);
  const never = silentMs === Infinity;
  const texts = {
    live: paused ? `${status.kind} · stopped` : status ? `${status.kind} · live` : "live",
    stale: `stale ${age(silentMs)}`,
    lost: never ? "not connected" : `lost ${age(silentMs)}`,
    loading: "connecting",
  };
  say(linkText, texts[state]);
  mark(link, "data-paused", state === "live" && paused ? "true" : null);
  const isOld = state === "lost" || state === "stale";
  mark(old, "hidden", !isOld);
  if (isOld) {
    const since = never ? "" : ` What you see is of ${time(feed.toldAtMs())} UTC, ${age(silentMs)} ago.`;
    say(old, state === "lost"
      ? `${never ? "The program does not answer; is it running?" : "Connection lost."}${since} It comes back by itself when the program does.`
      : `The program says nothing.${since}`);
  }
  // Told once at each change; the seconds that pass are for the eye.
  const word = { live: paused ? "Stopped: nothing new is signalled" : "Connected", stale: "The numbers are old", lost: "The connection is lost", loading: "" }[state];
  say(said, word);
  const view = VIEWS.find(([each]) => each === current);
  const before = { lost: "(lost) ", stale: "(stale) " }[state] || "";
  const title = `${before}${view ? `${view[1]} · ` : ""}underround`;
  if (document.title !== title) document.title = title;
}

function themes() {
  const button = document.getElementById("theme");
  const shown = h("span", {});
  button.replaceChildren(h("span", { class: "wide" }, "Theme: "), shown);
  const names = ["auto", "light", "dark"];
  const set = (name) => {
    mark(document.documentElement, "data-theme", name === "auto" ? null : name);
    say(shown, name);
    localStorage.setItem("underround-theme", name);
  };
  set(names.includes(localStorage.getItem("underround-theme"))
    ? localStorage.getItem("underround-theme") : "auto");
  button.addEventListener("click", () => {
    const held = localStorage.getItem("underround-theme");
    set(names[(names.indexOf(held) + 1) % names.length]);
  });
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector("dialog[open]")) return;
  const number = "123456789".indexOf(event.key);
  if (number >= 0 && number < VIEWS.length) { location.hash = VIEWS[number][0]; return; }
  if (event.key === "/") {
    const search = main.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
  if (event.key === "j" || event.key === "k") {
    const stops = [...main.querySelectorAll("[data-row]")];
    const at = stops.indexOf(document.activeElement);
    const next = stops[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), stops.length - 1)];
    if (next) next.focus();
  }
}

feed.takeToken();
document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
document.getElementById("vitals").append(...vitals.map((vital) => vital.element));
rail();
themes();
window.addEventListener("hashchange", () => { feed.takeToken(); show(); });
document.addEventListener("keydown", keys);
feed.watch(head);
feed.start();
head();
show();
