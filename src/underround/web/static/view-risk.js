// Limits with their use, and the switch that stops everything new.

import * as feed from "./feed.js";
import { Keyed, code, empty, h, heading, loading, mark, say } from "./dom.js";
import { count, day, usd } from "./format.js";
import { confirmed } from "./confirm.js";

const UNITS = { usd_e6: (value) => usd(value), count, seconds: (value) => `${value} s` };

function limit() {
  const name = h("span", { class: "title" });
  const value = h("span", { class: "number" });
  const meter = h("meter", { min: "0", max: "1", low: "0.6", high: "0.85", optimum: "0" });
  const element = h("li", { class: "limit" }, name, value, meter);
  return {
    element,
    update(row) {
      const write = UNITS[row.unit] || String;
      say(name, row.name[0].toUpperCase() + row.name.slice(1));
      const isFull = row.used >= row.limit;
      say(value, `${isFull ? "full: " : ""}${write(row.used)} of ${write(row.limit)}`);
      const share = row.limit ? Math.min(row.used / row.limit, 1) : 1;
      meter.value = share;
      meter.setAttribute("aria-label", `${row.name}: ${Math.round(share * 100)} % used`);
      mark(element, "data-level", share >= 0.85 ? "high" : share >= 0.6 ? "middle" : "low");
    },
  };
}

export function risk(root) {
  const state = h("p", { class: "kill-state" });
  const why = h("p", { class: "note" });
  const button = h("button", { type: "button", class: "danger", id: "kill" }, "Stop everything new");
  const said = h("p", { class: "notice", role: "alert", hidden: true });
  const list = h("ul", { class: "limits plain" });
  const rows = new Keyed(list, limit);
  const none = h("div", {}, loading());
  const reasons = h("ul", { class: "plain refusals" });
  const refused = h("section", { hidden: true }, h("h2", {}, "Signals that were not taken"), reasons);
  root.append(heading("Risk", "What may be lost at most, how much of that is used, and the way to stop."),
    h("section", { class: "card kill" }, h("div", {}, h("h2", {}, "Kill switch"), state, why), button), said,
    h("h2", {}, "Limits"), list, none, refused);
  const needs = h("p", { class: "note", id: "kill-needs", hidden: true }, "It needs the token that the program printed.");
  why.after(needs);
  let stopped = false;
  let wasLive = false;
  button.addEventListener("click", async () => {
    const reason = await confirmed(stopped
      ? { title: "Go on?", text: "New underrounds will be signalled again, and taken where trading is on.", button: "Go on", wantsReason: true }
      : { title: "Stop everything new?", text: "No new underround will be signalled or taken until somebody goes on. What is open may still be closed and reduced.", button: "Stop everything new", wantsReason: true, danger: true });
    if (reason === null) return;
    try {
      mark(said, "hidden", true);
      await feed.act(stopped ? "/api/resume" : "/api/pause", { confirmed: true, reason });
    } catch (error) {
      say(said, `Not done: ${error.message}.`);
      mark(said, "hidden", null);
    }
  });
  return () => {
    const status = feed.topic("status");
    const trading = feed.topic("trading");
    mark(list, "hidden", !trading);
    if (status && trading === null && !none.querySelector(".empty")) {
      none.replaceChildren(empty("This run does not trade", "Limits are used up by orders, and this run places none: it watches and signals.",
        h("p", {}, code("underround demo --trade"), " tries it on paper; what a signal would need is in its explanation.")));
    } else if (trading) none.replaceChildren();
    // What a program that says nothing does is not known; least of all that it is well.
    const link = document.documentElement.dataset.link;
    if (!status || link !== "live") {
      say(state, status ? "Not known: the program says nothing." : "Not known yet.");
      mark(state, "data-stopped", "unknown");
      say(why, link === "lost" || link === "stale" ? "To stop it all the same, on its own machine: underround kill" : "");
      mark(button, "disabled", true);
      wasLive = false;
      return;
    }
    mark(button, "disabled", null);
    if (!wasLive) feed.checkToken().then((isGood) => mark(needs, "hidden", isGood));
    wasLive = true;
    if (feed.hasToken()) mark(needs, "hidden", true);
    stopped = Boolean(status.paused);
    const kill = trading && trading.kill;
    const limits = (trading && trading.limits) || [];
    const full = limits.filter((row) => row.used >= row.limit).map((row) => row.name);
    const runs = trading ? "Running. New underrounds are signalled, and taken as far as the limits allow." : "Running. New underrounds are signalled as they open.";
    say(state, stopped ? "Stopped. Nothing new is signalled or taken."
      : full.length ? `Running, but nothing new is taken that a full limit stops: ${full.join(", ")}.` : runs);
    say(why, kill && kill.reason ? `${kill.reason}${kill.at_ms ? `, since ${day(kill.at_ms)} UTC` : ""}` : "");
    mark(state, "data-stopped", stopped);
    say(button, stopped ? "Go on" : "Stop everything new");
    button.className = stopped ? "strong" : "danger";
    rows.show(limits, (row) => row.name);
    const refusals = Object.entries((trading && trading.refusals) || {});
    mark(refused, "hidden", refusals.length === 0);
    const lines = refusals.map(([why_, times]) => `${why_.replaceAll("_", " ")}: ${count(times)}`);
    if (reasons.textContent !== lines.join("")) reasons.replaceChildren(...lines.map((text) => h("li", {}, text)));
  };
}
