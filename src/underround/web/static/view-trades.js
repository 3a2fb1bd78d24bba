// Trades from signal to settlement, and what is held.

import * as feed from "./feed.js";
import { Keyed, code, empty, h, heading, lines, loading, mark, say, sized, table } from "./dom.js";
import { age, aligned, price, size, time, usd, venue } from "./format.js";

const TRADES = [["Pair"], ["State"], ["Begun, UTC"], ["Sets", "number"], ["Quoted", "number", "What the signal promised"],
  ["Booked", "number", "What came of it so far; a complete set counts the dollar it will pay"], ["Legs: filled of wanted"]];
const POSITIONS = [["Market"], ["Venue"], ["Outcome"], ["Held", "number"], ["Cost", "number"], ["Worth now", "number", "At the best bid"]];
/** What the states of a trade mean to who looks on; a is the first leg, b what comes after. */
const STATES = {
  signal: "planned", reserved: "being written down", journaled: "about to be sent",
  a_sent: "first leg sent", a_done: "first leg done", a_unknown: "first leg not answered", a_void: "first leg never arrived",
  b_sent: "hedge sent", b_done: "hedge done", b_unknown: "hedge not answered", hedge_retry: "hedging again",
  hedged: "hedged", hedged_settled: "hedged, settled", unwind_a: "giving back", unwind_b: "giving back the hedge",
  unwound: "given back", no_fill: "nothing filled", halt: "halted", stranded: "needs a person", rejected: "refused",
};

function trade() {
  const pair = h("th", { scope: "row" });
  const cells = TRADES.slice(1).map(([, kind]) => h("td", { class: kind || null }));
  const [state, begun, sets, quoted, booked, legs] = cells;
  legs.classList.add("legs");
  return {
    element: h("tr", {}, pair, ...cells),
    update(row) {
      say(pair, row.pair);
      mark(this.element, "data-state", row.is_over ? "closed" : "open");
      say(state, STATES[row.state] || row.state.replaceAll("_", " "));
      say(begun, `${time(row.begun_ms)}, ${age(feed.now() - row.begun_ms)} ago`);
      sized(sets, aligned(row.size_e6));
      say(quoted, usd(row.quoted_usd_e6));
      say(booked, usd(row.booked_usd_e6));
      lines(legs, row.legs.map((leg) => `${leg.outcome.toUpperCase()} ${venue(leg.venue)} ${size(leg.filled_e6)} of ${size(leg.size_e6)}, limit ${price(leg.price_e4)}`));
    },
  };
}

function position() {
  const title = h("th", { scope: "row" });
  const cells = POSITIONS.slice(1).map(([, kind]) => h("td", { class: kind || null }));
  const [place, outcome, held, cost, worth] = cells;
  return {
    element: h("tr", {}, title, ...cells),
    update(row) {
      say(title, row.title);
      say(place, venue(row.venue));
      say(outcome, row.outcome.toUpperCase());
      sized(held, aligned(row.size_e6));
      say(cost, usd(row.cost_usd_e6));
      say(worth, usd(row.worth_usd_e6));
    },
  };
}

export function notTrading(what) {
  return empty("This run does not trade", `${what} appear here when a run takes what it signals.`,
    h("p", {}, code("underround demo --trade"), " tries it on paper; signals are journaled all the same: ", code("underround signals"), " lists them."));
}

export function trades(root) {
  const all = table("Trades", TRADES);
  const held = table("Positions", POSITIONS);
  const rows = new Keyed(all.body, trade);
  const positions = new Keyed(held.body, position);
  const none = h("div", {}, loading());
  const noneHeld = h("p", { class: "note" }, "Nothing is held.");
  const refused = h("p", { class: "note refused" });
  held.element.classList.add("positions");
  const second = h("h2", {}, "Positions");
  root.append(heading("Trades and positions", "Every leg of every trade, and what is held until it settles."), refused, none, all.element, second, held.element, noneHeld);
  return (seen) => {
    if (!(seen.has("trading") || seen.has("clock"))) return;
    const trading = feed.topic("trading");
    if (trading === undefined) { for (const each of [all.element, second, held.element, noneHeld]) mark(each, "hidden", true); return; }
    mark(all.element, "hidden", !trading || !trading.trades.length);
    mark(second, "hidden", !trading);
    mark(held.element, "hidden", !trading || !trading.positions.length);
    mark(noneHeld, "hidden", !trading || trading.positions.length > 0);
    if (!trading) { if (!none.querySelector(".empty")) none.replaceChildren(notTrading("Trades, fills and positions")); return; }
    const times = Object.values(trading.refusals).reduce((a, b) => a + b, 0);
    say(refused, times ? `${times} signals were not taken; Risk says why.` : "");
    if (trading.trades.length) none.replaceChildren();
    else if (!none.querySelector(".empty")) none.replaceChildren(empty("No trade yet", "The first underround that passes the risk gate will be here."));
    rows.show(trading.trades, (row) => row.id);
    positions.show(trading.positions, (row) => `${row.venue} ${row.instrument}`);
  };
}
