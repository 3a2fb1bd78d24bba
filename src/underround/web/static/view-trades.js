// Trades from signal to settlement, and what is held.

import * as feed from "./feed.js";
import { Keyed, code, empty, h, heading, mark, say, table } from "./dom.js";
import { age, aligned, price, size, time, usd, venue } from "./format.js";

const TRADES = [["Pair"], ["State"], ["Begun"], ["Sets", "number"], ["Quoted", "number"], ["Booked", "number"], ["Legs"]];
const POSITIONS = [["Market"], ["Venue"], ["Outcome"], ["Held", "number"], ["Cost", "number"], ["Worth now", "number"]];

function trade() {
  const pair = h("th", { scope: "row" });
  const cells = TRADES.slice(1).map(([, kind]) => h("td", { class: kind || null }));
  const element = h("tr", {}, pair, ...cells);
  return {
    element,
    update(row) {
      say(pair, row.pair);
      mark(element, "data-state", row.is_over ? "closed" : "open");
      const legs = row.legs.map((leg) => `${leg.outcome.toUpperCase()} ${venue(leg.venue)} ${size(leg.filled_e6)}/${size(leg.size_e6)} at ${price(leg.price_e4)}`);
      [row.state.replaceAll("_", " "), `${time(row.begun_ms)} (${age(feed.now() - row.begun_ms)} ago)`, aligned(row.size_e6), usd(row.quoted_usd_e6), usd(row.booked_usd_e6), legs.join("  +  ")]
        .forEach((text, i) => say(cells[i], text));
    },
  };
}

function position() {
  const title = h("th", { scope: "row" });
  const cells = POSITIONS.slice(1).map(([, kind]) => h("td", { class: kind || null }));
  return {
    element: h("tr", {}, title, ...cells),
    update(row) {
      say(title, row.title);
      [venue(row.venue), row.outcome.toUpperCase(), aligned(row.size_e6), usd(row.cost_usd_e6), usd(row.worth_usd_e6)].forEach((text, i) => say(cells[i], text));
    },
  };
}

export function notTrading(what) {
  return empty("This run does not trade", `${what} appear here as soon as a run takes what it signals.`,
    h("p", {}, "Signals are journaled all the same; ", code("underround signals"), " lists them."));
}

export function trades(root) {
  const all = table("Trades", TRADES);
  const held = table("Positions", POSITIONS);
  const rows = new Keyed(all.body, trade);
  const positions = new Keyed(held.body, position);
  const none = h("div", {});
  held.element.classList.add("positions");
  const second = h("h2", {}, "Positions");
  root.append(heading("Trades and positions", "Both legs of every trade, and what is held until it settles."), all.element, second, held.element, none);
  return (seen) => {
    if (!(seen.has("trading") || seen.has("clock"))) return;
    const trading = feed.topic("trading");
    for (const element of [all.element, second, held.element]) mark(element, "hidden", !trading);
    if (!trading) { if (!none.firstChild) none.replaceChildren(notTrading("Trades, fills and positions")); return; }
    none.replaceChildren(...(trading.trades.length ? [] : [empty("No trade yet", "The first underround that passes the risk gate will be here.")]));
    rows.show(trading.trades, (row) => row.id);
    positions.show(trading.positions, (row) => `${row.venue} ${row.instrument}`);
  };
}
