// Pairs that wait for a person: both rules side by side, the differing words marked, and an answer.

import * as feed from "./feed.js";
import { code, empty, h, heading, loading, mark, say } from "./dom.js";
import { confirmed } from "./confirm.js";

const WHO = "underround-who";
const SIDES = { same: "YES means the same on both", inverse: "YES of one is NO of the other" };

function words(text) {
  return h("p", { class: "rules" }, text.map((word) => [word.differs ? h("mark", {}, word.text) : word.text, " "]));
}

function check(row) {
  const glyph = { pass: "✓", fail: "✕", unknown: "?" }[row.outcome] || "?";
  return h("li", { "data-outcome": row.outcome }, h("span", { class: "glyph", "aria-hidden": "true" }, glyph),
    h("span", {}, h("strong", {}, row.name), ` ${row.outcome}${row.text ? `: ${row.text}` : ""}`));
}

export function review(root) {
  const who = h("input", { id: "who", maxlength: "80", autocomplete: "name", value: localStorage.getItem(WHO) || "" });
  const said = h("p", { class: "notice", role: "status", hidden: true });
  const undo = h("button", { type: "button", class: "quiet", id: "undo" }, "Take back my last answer");
  const waiting = h("p", { class: "note" });
  const body = h("div", {}, loading());
  root.append(heading("Pair review", "That two markets are the same bet is a judgement. Read both rules first."),
    h("div", { class: "tools" }, h("label", { for: "who" }, "Your name"), who, undo, waiting), said, body);
  let pairs = [];
  let at = 0;

  const tell = (text) => { say(said, text); mark(said, "hidden", text ? null : true); };
  who.addEventListener("change", () => localStorage.setItem(WHO, who.value.trim()));

  const answer = async (pair, kind) => {
    if (!who.value.trim()) { tell("Say who you are first: every answer is kept with a name."); who.focus(); return; }
    const reason = await confirmed({
      title: { accept: "The same bet?", refuse: "Not the same bet?", unsure: "Unsure?" }[kind],
      text: `${pair.polymarket.title || pair.id}  ↔  ${pair.kalshi.title || pair.id}`,
      button: { accept: "Accept", refuse: "Refuse", unsure: "Leave it open" }[kind], wantsReason: true,
    });
    if (reason === null) return;
    await send("/api/review/answer", { pair: pair.id, answer: kind, reason, who: who.value.trim() }, (found) => `${found.id} is ${found.state} now.`);
  };
  const send = async (path, body_, words_) => {
    try {
      const found = await feed.act(path, body_);
      tell(words_(found));
      await load();
    } catch (error) { tell(`Not done: ${error.message}.`); }
  };
  undo.addEventListener("click", () => {
    if (!who.value.trim()) { tell("Say who you are first."); who.focus(); return; }
    if (!feed.hasToken()) {
      confirmed({ title: "Take back?", text: "Your last answer will be as if never given.", button: "Take back" })
        .then((reason) => reason === null || send("/api/review/undo", { who: who.value.trim() }, (found) => `Taken back: ${found.id} is ${found.state} again.`));
      return;
    }
    send("/api/review/undo", { who: who.value.trim() }, (found) => `Taken back: ${found.id} is ${found.state} again.`);
  });

  const show = () => {
    say(waiting, pairs.length ? `${pairs.length} waiting` : "");
    if (!pairs.length) {
      body.replaceChildren(empty("Nothing waits for an answer", "Pairs whose checks leave a doubt come here.",
        h("p", {}, code("underround match --catalog data/catalog.sqlite …"), " finds and judges pairs.")));
      return;
    }
    at = Math.min(Math.max(at, 0), pairs.length - 1);
    const pair = pairs[at];
    const column = (name, market) => h("section", { class: "card" }, h("h3", {}, name),
      h("p", { class: "note" }, market.id), words(market.words));
    const button = (kind, text, style) => h("button", { type: "button", class: style, "data-answer": kind, onclick: () => answer(pair, kind) }, text);
    body.replaceChildren(h("article", { class: "pair", "aria-label": pair.id },
      h("div", { class: "tools" },
        h("button", { type: "button", class: "quiet", id: "earlier", disabled: at === 0, onclick: () => turn(-1, "earlier") }, "Previous"),
        h("button", { type: "button", class: "quiet", id: "later", disabled: at === pairs.length - 1, onclick: () => turn(1, "later") }, "Next"),
        h("p", {}, `${at + 1} of ${pairs.length}: `, h("strong", {}, pair.id), ` · ${pair.state} · pays on “${pair.outcome}” · ${SIDES[pair.polarity] || pair.polarity}`)),
      h("div", { class: "ladders" }, column("Polymarket", pair.polymarket), column("Kalshi", pair.kalshi)),
      h("h2", {}, "Checks"), h("ul", { class: "plain checks" }, pair.checks.map(check)),
      h("p", { class: "buttons" }, button("accept", "Same bet: accept", "strong"), button("refuse", "Not the same: refuse", "danger"), button("unsure", "Unsure", "quiet"))));
  };

  const turn = (by, id) => {
    at += by;
    show();
    const button = document.getElementById(id);
    (button.disabled ? body.querySelector(".tools button:not([disabled])") || main() : button).focus();
  };
  const main = () => document.getElementById("main");

  let isAway = false;
  async function load() {
    isAway = false;
    try {
      const found = await feed.ask("/api/review");
      pairs = found.pairs;
      if (!found.catalog) {
        say(waiting, "");
        body.replaceChildren(empty("There is no catalog of pairs here", found.reason,
          h("p", {}, code("underround match --catalog data/catalog.sqlite …"), " makes one.")));
        return;
      }
      show();
    } catch (error) {
      isAway = error.name === "AwayError";
      body.replaceChildren(h("p", { class: "notice" }, `${error.message}.`));
    }
  }
  load();
  return (seen) => { if (isAway && seen.has("whole")) load(); };
}
