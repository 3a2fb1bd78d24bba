// The index by exchange, and each window's fair value against its quotes, with the time left.

import * as feed from "./feed.js";
import { Chart } from "./chart.js";
import { Keyed, code, empty, h, heading, loading, mark, say, table } from "./dom.js";
import { NONE, age, edge, percent, price, time, venue } from "./format.js";

const EXCHANGES = [["Exchange"], ["State"], ["Bid", "number"], ["Ask", "number"], ["From the index", "number", "Basis points"], ["Age", "number"]];
const WINDOWS = [["Window"], ["Venue"], ["Strike", "number"], ["From strike", "number", "The expected settlement less the strike"], ["Closes in", "number", "Minutes and seconds"], ["Fair YES", "number", "Probability of YES and its standard error"],
  ["YES costs", "number"], ["NO costs", "number"], ["Best edge", "number", "Of both outcomes, fair value less cost and fee"], ["Why not taken"]];

export function dollars(value) {
  return value === null || value === undefined ? NONE
    : `$${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function countdown(ms) {
  const s = Math.ceil(ms / 1000);
  if (s <= 0) return "closed";
  const two = (value) => String(value).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

function plain(columns, values) {
  return () => {
    const first = h("th", { scope: "row" });
    const cells = columns.slice(1).map(([, kind]) => h("td", { class: kind || null }));
    const element = h("tr", {}, first, ...cells);
    return {
      element,
      update(row) {
        const [name, ...rest] = values(row, element);
        say(first, name);
        rest.forEach((text, i) => say(cells[i], text));
      },
    };
  };
}

const PAST_EVERY_MS = 1500;

/** One window's fair YES against what YES could be bought and sold for, over its last minutes. */
function course() {
  const chart = new Chart("Fair probability of YES against its quotes over the last minutes",
    [["fair YES", "blue", null], ["YES ask", "orange", [6, 4]], ["YES bid", "orange", [2, 3]]],
    { height: 250, bands: [[2, 3]], write: (value) => `${(value * 100).toFixed(0)}¢`,
      range: (plot, low, high) => [Math.max(Math.floor((low - 0.03) * 20) / 20, 0), Math.min(Math.ceil((high + 0.03) * 20) / 20, 1)] });
  const choice = h("select", { id: "course-window" });
  const note = h("p", { class: "note" });
  const element = h("section", {}, h("div", { class: "tools" }, h("label", { for: "course-window" }, "Window"), choice, note), chart.element);
  let chosen = null, askedAt = 0, names = "";
  choice.addEventListener("change", () => { chosen = choice.value; askedAt = 0; });
  return {
    element,
    async update(windows) {
      const now = windows.map((row) => row.id);
      if (names !== now.join()) {
        names = now.join();
        if (!now.includes(chosen)) chosen = (windows.find((row) => row.p_yes !== null && row.yes_e4 !== null) || windows[0] || { id: null }).id;
        choice.replaceChildren(...now.map((id) => h("option", { value: id, selected: id === chosen }, id)));
      }
      if (chosen === null || performance.now() - askedAt < PAST_EVERY_MS) return;
      askedAt = performance.now();
      try {
        const rows = await feed.ask(`/api/past?id=${encodeURIComponent(chosen)}`);
        const column = (i) => rows.map((row) => row[i]);
        say(note, rows.length < 2 ? "Its course begins in a moment." : `since ${time(rows[0][0])} UTC`);
        if (rows.length > 1) chart.show([rows.map((row) => row[0] / 1000), column(2), column(5), column(4)]);
      } catch (error) { say(note, error.message); }
    },
  };
}

export function bitcoin(root) {
  const figures = h("dl", { class: "figures" });
  const [index, official, quality, sigma] = ["Index (ours)", "Official", "Quality", "Volatility"].map((title) => {
    const value = h("dd", {}, NONE);
    figures.append(h("div", {}, h("dt", {}, title), value));
    return value;
  });
  const exchanges = table("Exchanges", EXCHANGES);
  const windows = table("Windows", WINDOWS);
  const spots = new Keyed(exchanges.body, plain(EXCHANGES, (row, element) => {
    mark(element, "data-state", row.used ? "live" : "stale");
    return [row.exchange, row.used ? "● in the index" : `○ left out: ${row.why}`, dollars(row.bid), dollars(row.ask),
      row.away_bp === null ? NONE : `${row.away_bp >= 0 ? "+" : "−"}${Math.abs(row.away_bp).toFixed(1)} bp`, age(row.age_ms)];
  }));
  const rows = new Keyed(windows.body, plain(WINDOWS, (row, element) => {
    mark(element, "data-state", row.blocked ? "closed" : "open");
    return [row.id, venue(row.venue), dollars(row.strike), row.away === null ? NONE : `${row.away >= 0 ? "+" : "−"}${dollars(Math.abs(row.away))}`,
      countdown(row.close_ms - feed.now()), row.p_yes === null ? NONE : `${percent(row.p_yes, 1)} ±${percent(row.error, 1)}`,
      price(row.yes_e4), price(row.no_e4), row.edge_e6 === null ? NONE : edge(row.edge_e6), row.blocked];
  }));
  const none = h("div", {}, loading());
  const chart = course();
  const parts = [figures, h("h2", {}, "Fair value against quotes"), chart.element, h("h2", {}, "Windows"), windows.element, h("h2", {}, "The index by exchange"), exchanges.element];
  root.append(heading("Bitcoin", "What a window is worth by the index that it settles on, against what it costs."), ...parts, none);
  return (seen) => {
    if (!(seen.has("bitcoin") || seen.has("clock"))) return;
    const topic = feed.topic("bitcoin");
    for (const element of parts) mark(element, "hidden", !topic);
    if (topic === undefined && !feed.topic("status")) return;
    if (!topic) {
      if (!none.querySelector(".empty")) none.replaceChildren(empty("This run follows no Bitcoin windows",
        "They are priced by a run of their own, against an index calculated from the exchanges' books.",
        h("p", {}, code("underround pipeline --web"), " shows them here; add ", code("--simulated"), " to try it without a network.")));
      return;
    }
    none.replaceChildren();
    say(index, dollars(topic.index));
    say(official, dollars(topic.official));
    say(quality, topic.quality);
    say(sigma, topic.sigma === null ? NONE : `$${topic.sigma.toFixed(2)} / √s`);
    spots.show(topic.exchanges, (row) => row.exchange);
    rows.show(topic.windows, (row) => row.id);
    chart.update(topic.windows);
  };
}
