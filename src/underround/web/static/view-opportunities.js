// Underrounds that stand now, and those that stood lately; a click explains one.

import * as feed from "./feed.js";
import { Keyed, empty, h, heading, mark, say, table } from "./dom.js";
import { KINDS, age, aligned, bps, edge, price, seconds, time, usd, venue } from "./format.js";
import { explain } from "./explanation.js";

const COLUMNS = [
  ["Pair"], ["Kind"], ["Buy"], ["Edge", "number", "A contract, over the whole size, after fees"],
  ["Size", "number", "Contracts on every leg"], ["Profit", "number", "At this size, after fees"],
  ["Return", "number", "Profit over money spent"], ["A year", "number", "The return, until resolved, as a yearly rate"],
  ["Age", "number"], ["Gates"],
];
const LINGER_MS = 20000;

export function legs(row) {
  return row.legs.map((leg) => `${leg.outcome.toUpperCase()} ${venue(leg.venue)} ${price(leg.price_e4)}`).join("  +  ");
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
      say(bought, legs(next));
      say(edgeCell, edge(next.edge_e6));
      say(sizeCell, aligned(next.size_e6));
      say(profit, usd(next.edge_usd_e6));
      say(gain, bps(next.return_bps));
      say(year, bps(next.annual_return_bps));
      this.tick(next);
      say(gates, closed ? next.reason : next.gates.join(" · "));
    },
    tick(next) {
      const closed = next.closed_ms !== null;
      say(ageCell, closed ? `lived ${age(next.closed_ms - next.opened_ms)}` : age(feed.now() - next.opened_ms));
    },
  };
}

export function opportunities(root) {
  const figures = h("dl", { class: "figures" });
  const figure = (title) => {
    const value = h("dd", {}, "–");
    figures.append(h("div", {}, h("dt", {}, title), value));
    return value;
  };
  const [standing, profit, today, within] = ["Open now", "Profit on the table", "Opened today", "Signals within"].map(figure);
  const { element, body } = table("Opportunities", COLUMNS);
  const rows = new Keyed(body, line);
  const none = h("div", {});
  root.append(heading("Opportunities", "Sets of outcomes that cost less than they pay, after fees, sized by what the books hold."),
    figures, element, none);
  return (seen) => {
    const status = feed.topic("status");
    if (status) {
      say(standing, String(status.open));
      say(profit, usd(status.edge_open_usd_e6));
      say(today, String(status.opened_day));
      say(within, status.detect_p99_s === null ? "–" : `≤ ${seconds(status.detect_p99_s)} (p99)`);
    }
    if (!(seen.has("opportunities") || seen.has("closed") || seen.has("clock"))) return;
    const open = feed.topic("opportunities") || [];
    const closed = feed.topic("closed") || [];
    const ids = new Set(open.map((row) => row.id));
    const lately = closed.filter((row, index) =>
      !ids.has(row.id) && (index < 8 || feed.now() - row.closed_ms < LINGER_MS)).slice(0, 25);
    rows.show([...open, ...lately], (row) => row.id);
    const nothing = open.length + lately.length === 0;
    mark(element, "hidden", nothing);
    if (!nothing) { none.replaceChildren(); return; }
    if (feed.topic("opportunities") === undefined) {
      none.replaceChildren(h("div", { class: "skeleton", role: "status", "aria-label": "Loading" }));
    } else if (!none.firstChild || none.firstChild.className !== "empty") {
      none.replaceChildren(empty("No underround stands now",
        `Watching ${status ? status.pairs : 0} pairs since ${status ? time(feed.now() - status.up_s * 1000) : "–"} UTC. They come and go; each will be listed here the moment it opens.`));
    }
  };
}
