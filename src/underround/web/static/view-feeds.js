// Connections and what they bring, how long each stage takes, and what was counted on the way.

import * as feed from "./feed.js";
import { Keyed, h, heading, mark, say, svg, table } from "./dom.js";
import { Chart } from "./chart.js";
import { age, bytes, count, seconds, venue } from "./format.js";

const COLUMNS = [
  ["Connection"], ["State"], ["Books live", "number"], ["Frames/s", "number"], ["Bytes/s", "number"],
  ["Quiet for", "number"], ["Connects", "number"], ["Drops", "number"], ["Faults", "number"],
];
const STAGES = [
  ["arrival", "Venue to us", "The venue's own time stamp to our receipt; both clocks' offset is in it. Sampled."],
  ["decode", "Decode", "Bytes to events. Sampled."],
  ["process", "One read", "Record, decode and engine of one socket read. Sampled."],
  ["detect", "Tick to signal", "The frame that made an edge to its signal. Every one."],
  ["hold", "Held back", "Openings that waited until their books were whole or confirmed. Every one."],
  ["deliver", "Delivery", "Journal, digest and queue of one signal. Every one."],
  ["journal", "Order to disk", "An order's decision to its note on the disk. Every one."],
  ["answer", "Order to answer", "From that note to the venue's first answer. Every one."],
  ["loop", "Loop lateness", "How late the event loop comes to what is due. Sampled."],
  ["page", "This page", "Making one update of this page. Every one."],
];
const RATE_POINTS = 300;
const rates = [[], [], []];
let ratesAt = 0;

function connection() {
  const name = h("th", { scope: "row" });
  const glyph = h("span", { class: "glyph", "aria-hidden": "true" });
  const word = h("span", {});
  const cells = COLUMNS.slice(2).map(() => h("td", { class: "number" }));
  const element = h("tr", {}, name, h("td", { class: "health" }, glyph, " ", word), ...cells);
  return {
    element,
    update(row) {
      say(name, row.name);
      mark(element, "data-state", row.up ? "live" : "stale");
      mark(element, "data-quiet", row.quiet_ms > 15000);
      say(glyph, row.up ? "●" : "○");
      say(word, row.up ? (row.slow ? "polled (slow)" : "connected") : "not connected");
      const values = [`${row.live} / ${row.books}`, count(row.frames_per_s), bytes(row.bytes_per_s), age(row.quiet_ms),
        count(row.connects), count(row.disconnects), count(row.errors)];
      values.forEach((value, i) => say(cells[i], value));
    },
  };
}

function histogram(title, help) {
  const figure = h("p", { class: "figure" });
  const chart = svg("svg", { viewBox: "0 0 200 48", class: "histogram", role: "img" });
  const bars = [];
  for (let i = 0; i < 20; i += 1) {
    const bar = svg("rect", { x: i * 10, width: 8, y: 48, height: 0 });
    bars.push(bar);
    chart.append(bar);
  }
  const range = h("p", { class: "note range" });
  const element = h("section", { class: "card", title: help }, h("h3", {}, title), figure, chart, range);
  return {
    element,
    update(stage, bounds) {
      const total = stage.counts.reduce((a, b) => a + b, 0);
      const most = Math.max(1, ...stage.counts);
      stage.counts.forEach((value, i) => {
        const tall = value ? Math.max((value / most) * 44, 2) : 0;
        mark(bars[i], "y", 48 - tall);
        mark(bars[i], "height", tall);
      });
      mark(element, "data-empty", total === 0);
      say(figure, total ? `≤ ${seconds(stage.p50_s)} · p99 ≤ ${seconds(stage.p99_s)}` : "nothing yet");
      say(range, `${count(total)} timed; ${seconds(bounds[0])} … ${seconds(bounds[bounds.length - 1])}`);
      chart.setAttribute("aria-label", `${title}: ${figure.textContent}, ${count(total)} timed`);
    },
  };
}

/** Rates are kept whichever view is open, so that the chart has a past when it is looked at. */
feed.watch((seen) => {
  const topic = feed.topic("feeds");
  if (!topic || !seen.has("feeds") || Date.now() - ratesAt < 900) return;
  ratesAt = Date.now();
  const rate = (name) => topic.connections.filter((row) => row.venue === name).reduce((a, row) => a + row.frames_per_s, 0);
  [feed.now() / 1000, rate("polymarket"), rate("kalshi")].forEach((value, i) => {
    rates[i].push(value);
    if (rates[i].length > RATE_POINTS) rates[i].shift();
  });
});

export function feeds(root) {
  const { element, body } = table("Connections", COLUMNS);
  const rows = new Keyed(body, connection);
  const venues = h("p", { class: "notice" });
  const charts = STAGES.map(([key, title, help]) => [key, histogram(title, help)]);
  const counts = h("dl", { class: "counts" });
  const shown = new Map();
  const unusual = h("ul", { class: "plain" });
  root.append(heading("Feeds", "What the venues send, how fast, and how long each stage takes with it."), venues, element);
  const chart = new Chart("Frames a second of each venue over the last minutes",
    [["Polymarket frames/s", "blue", null], ["Kalshi frames/s", "orange", [6, 4]]],
    { height: 190, write: count, range: (plot, low, high) => [0, Math.max(high * 1.1, 10)] });
  root.append(chart.element, h("h2", {}, "Stages"), h("div", { class: "cards" }, charts.map(([, chart]) => chart.element)),
    h("h2", {}, "Counted since the start"), counts, h("h2", {}, "Unexpected"), unusual);
  return (seen) => {
    const topic = feed.topic("feeds");
    if (!topic || !(seen.has("feeds") || seen.has("clock"))) return;
    rows.show(topic.connections, (row) => row.name);
    const odd = Object.entries(topic.venues);
    mark(venues, "hidden", odd.length === 0);
    say(venues, odd.map(([name, how]) => `${venue(name)}: ${how}`).join(" · "));
    for (const [key, chart] of charts) chart.update(topic.stages[key], topic.bounds_s);
    for (const [name, value] of Object.entries(topic.counts)) {
      if (!shown.has(name)) {
        const cell = h("dd", {});
        shown.set(name, cell);
        counts.append(h("div", {}, h("dt", {}, name.replaceAll("_", " ")), cell));
      }
      say(shown.get(name), count(value));
    }
    const noted = Object.entries(topic.noted);
    const lines = noted.length ? noted.map(([kind, times]) => `${kind}: ${count(times)}`) : ["Nothing unexpected has happened."];
    if (unusual.textContent !== lines.join("")) unusual.replaceChildren(...lines.map((text) => h("li", {}, text)));
    if (rates[0].length > 1) chart.show(rates);
  };
}
