// What trading made: booked against quoted, and where the difference went.

import * as feed from "./feed.js";
import { empty, h, heading, loading, mark, say } from "./dom.js";
import { Chart } from "./chart.js";
import { usd, percent } from "./format.js";
import { notTrading } from "./view-trades.js";

export function pnl(root) {
  const figures = h("dl", { class: "figures" });
  const parts = ["Booked", "Quoted", "Booked of quoted", "Fees, in booked", "At risk, unsettled"].map((title) => {
    const value = h("dd", {}, "–");
    figures.append(h("div", {}, h("dt", {}, title), value));
    return value;
  });
  const chart = new Chart("Booked and quoted profit over time", [["booked", "blue", null], ["quoted", "orange", [6, 4]]],
    { height: 280, write: (value) => usd(value * 1e6) });
  const box = chart.element;
  const none = h("div", {}, loading());
  root.append(heading("P&L", "Booked by the venues' own settlement; a complete set that is not settled yet counts the dollar it will pay."), figures, box, none);
  return (seen) => {
    if (!(seen.has("trading") || seen.has("clock"))) return;
    const trading = feed.topic("trading");
    for (const element of [figures, box]) mark(element, "hidden", !trading);
    if (trading === undefined) return;
    if (!trading) { if (!none.querySelector(".empty")) none.replaceChildren(notTrading("Profit and loss")); return; }
    const { booked_usd_e6: booked, quoted_usd_e6: quoted, fee_usd_e6: fee, open_usd_e6: open, series } = trading.pnl;
    [usd(booked), usd(quoted), quoted ? percent(booked / quoted, 0) : "–", usd(fee), usd(open)].forEach((text, i) => say(parts[i], text));
    mark(box, "hidden", series.length < 2);
    if (series.length >= 2) none.replaceChildren();
    else if (!none.querySelector(".empty")) none.replaceChildren(empty("Nothing booked yet", "The curve begins with the second trade that ends."));
    if (series.length < 2) return;
    chart.show([series.map((p) => p[0] / 1000), series.map((p) => p[1] / 1e6), series.map((p) => p[2] / 1e6)]);
  };
}
