// Underrounds that stand now, and those that stood lately; a click explains one.

import * as feed from "./feed.js";
import { Keyed, empty, h, heading, lines, loading, mark, say, sized, table } from "./dom.js";
import { KINDS, age, aligned, bps, edge, price, seconds, time, usd, venue } from "./format.js";
import { explain } from "./explanation.js";

const COLUMNS = [
  ["Pair"], ["Kind"], ["Buy"], ["Edge", "number", "A contract, over the whole size, after fees"],
  ["Sets", "number", "Contracts on every leg"], ["Profit", "number", "At this size, after fees"],
  ["Return", "number", "Profit over money spent"], ["Per year", "number", "The return, until resolved, as a yearly rate"],
  ["Age", "number", "Since it opened; of one that closed, how long it stood"], ["Gates"],
];
const LINGER_MS = 20000;

export function legs(row) {
  return row.legs.map((leg, i) => `${i ? "+ " : ""}${leg.outcome.toUpperCase()} ${venue(leg.venue)} ${price(leg.price_e4)}`);
}

function line(row) {
  const open = h("button", { class: "row-button", "data-row": true, type: "button" });
  const title = h("span", { class: "title" });
  const kind = h("td", { class: "kind" });
  const bought = h("td", { class: "legs" });
  const cells = ["edge", "size", "profit", "return", "year", "age"].map((name) =>
    h("td", { class: `number ${name}` }));
  const gates = h("td", { class: "gates" });
  open.append(h("span", { class: "state", "aria-hidden": "true" }), title);
  const element = h("tr", {}, h("th", { scope: "row" }, open), kind, bought, ...cells, gates);
  const [edgeCell, sizeCell, profit, gain, year, ageCell] = cells;
  let shown = row;
  open.addEventListener("click", () => explain(shown.id));
  element.addEventListener("click", (event) => { if (!event.target.closest("button")) explain(shown.id); });
  return {
    element,
    update(next) {
      shown = next;
      const closed = next.closed_ms !== null;
      mark(element, "data-state", closed ? "closed" : "open");
      say(title, next.title || next.pair);
      mark(open, "title", next.pair);
      say(kind, KINDS[next.underround] || next.underround);
      lines(bought, legs(next));
      say(edgeCell, edge(next.edge_e6));
      sized(sizeCell, aligned(next.size_e6));
      say(profit, usd(next.edge_usd_e6));
      say(gain, bps(next.return_bps));
      say(year, bps(next.annual_return_bps));
      this.tick(next);
      say(gates, closed ? `closed: ${next.reason}` : next.gates.join(" · "));
    },
    tick(next) {
      const closed = next.closed_ms !== null;
      say(ageCell, closed ? `lived ${age(next.closed_ms - next.opened_ms)}` : age(feed.now() - next.opened_ms));
    },
  };
}

/** Whether somebody points into a table or has the focus there: then no row may move away. */
function held(body) {
  let pointed = false;
  body.addEventListener("pointerenter", (event) => { pointed = event.pointerType === "mouse"; });
  body.addEventListener("pointerleave", () => { pointed = false; });
  return () => pointed || body.contains(document.activeElement);
}

/** The rows in the order that they had, for as long as each is known; what is new comes behind. */
function standing(rows, known, before) {
  const kept = before.map((id) => known.get(id)).filter(Boolean);
  const ids = new Set(kept.map((row) => row.id));
  return [...kept, ...rows.filter((row) => !ids.has(row.id))];
}

function nothing(status) {
  if (status && status.pairs === 0 && feed.topic("bitcoin")) {
    return empty("This run watches no pairs", "It prices Bitcoin windows against the index that they settle on.",
      h("p", {}, h("a", { href: "#bitcoin" }, "Bitcoin"), " shows them; ", h("a", { href: "#sessions" }, "Sessions"), " what was recorded."));
  }
  return empty("No underround stands now",
    `Watching ${status ? status.pairs : 0} pairs since ${status ? time(feed.now() - status.up_s * 1000) : "–"} UTC. They come and go; each will be listed here the moment it opens.`,
    h("p", {}, h("a", { href: "#markets" }, "Markets"), " shows the books that are watched, ", h("a", { href: "#feeds" }, "Feeds"), " whether they arrive."));
}

export function opportunities(root) {
  const figures = h("dl", { class: "figures" });
  const figure = (title) => {
    const value = h("dd", {}, "–");
    figures.append(h("div", {}, h("dt", {}, title), value));
    return value;
  };
  const [count, profit, today, within] = ["Open now", "Profit on the table", "Opened in 24 hours", "Tick to signal, p99"].map(figure);
  const { element, body } = table("Opportunities", COLUMNS);
  const rows = new Keyed(body, line);
  const isHeld = held(body);
  const still = h("p", { class: "note still" });
  const none = h("div", {}, loading());
  let order = [];
  root.append(heading("Opportunities", "Sets of outcomes that cost less than they pay, after fees, sized by what the books hold. Open a row for the why."),
    figures, still, element, none);
  return (seen) => {
    const status = feed.topic("status");
    if (status) {
      say(count, String(status.open));
      say(profit, usd(status.edge_open_usd_e6));
      say(today, String(status.opened_day));
      say(within, status.detect_p99_s === null ? "–" : `≤ ${seconds(status.detect_p99_s)}`);
    }
    if (!(seen.has("opportunities") || seen.has("closed") || seen.has("clock"))) return;
    const open = feed.topic("opportunities") || [];
    const closed = feed.topic("closed") || [];
    const ids = new Set(open.map((row) => row.id));
    const lately = closed.filter((row, index) =>
      !ids.has(row.id) && (index < 8 || feed.now() - row.closed_ms < LINGER_MS)).slice(0, 25);
    const holds = isHeld();
    const known = new Map([...closed, ...open].map((row) => [row.id, row]));
    const shown = holds ? standing([...open, ...lately], known, order) : [...open, ...lately];
    order = shown.map((row) => row.id);
    rows.show(shown, (row) => row.id);
    say(still, holds ? "The rows stand still while you point at them or are among them; what is new comes last." : "Newest first; what closed lately is below.");
    for (const each of [element, still]) mark(each, "hidden", shown.length === 0);
    if (shown.length) { none.replaceChildren(); return; }
    if (feed.topic("opportunities") === undefined) return;
    if (!none.firstChild || none.firstChild.className !== "empty" || seen.has("whole")) none.replaceChildren(nothing(status));
  };
}
