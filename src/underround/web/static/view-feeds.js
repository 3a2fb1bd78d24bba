// Connections and what they bring, how long each stage takes, and what was counted on the way.

import * as feed from "./feed.js";
import { Keyed, empty, h, heading, loading, mark, say, svg, table } from "./dom.js";
import { Chart } from "./chart.js";
import { NONE, VENUES, age, bytes, count, seconds, venue } from "./format.js";

const COLUMNS = [
  ["Connection"], ["State"], ["Books live", "number"], ["Frames/s", "number"], ["Bytes/s", "number"],
  ["Quiet for", "number", "Since anything came"], ["Connects", "number"], ["Drops", "number"], ["Faults", "number", "Errors of the connection"],
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
const rates = [[], [], [], []];
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
      mark(cells[3], "data-quiet", row.quiet_ms > 15000 ? "true" : null);
      say(glyph, row.up ? "●" : "○");
      say(word, row.up ? (row.slow ? "polled (slow)" : "connected") : "not connected");
      const values = [row.books === null ? NONE : `${row.live} / ${row.books}`, count(Math.round(row.frames_per_s)), bytes(row.bytes_per_s), age(row.quiet_ms),
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
  const [from, middle, to] = [h("span", {}), h("span", {}), h("span", {})];
  const timed = h("p", { class: "note range" });
  const element = h("section", { class: "card" }, h("h3", {}, title), h("p", { class: "note help" }, help), figure, chart,
    h("p", { class: "note scale", "aria-hidden": "true" }, from, middle, to), timed);
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
      say(figure, total ? `half ≤ ${seconds(stage.p50_s)} · p99 ≤ ${seconds(stage.p99_s)}` : "nothing yet");
      [[from, 0], [middle, Math.floor(bounds.length / 2)], [to, bounds.length - 1]].forEach(([tick, i]) => say(tick, seconds(bounds[i])));
      say(timed, `${count(total)} timed`);
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
  const others = topic.connections.filter((row) => !VENUES[row.venue]).reduce((a, row) => a + row.frames_per_s, 0);
  [feed.now() / 1000, rate("polymarket"), rate("kalshi"), others].forEach((value, i) => {
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
  const chart = new Chart("Frames a second of each venue since this page was opened, five minutes at most",
    [["Polymarket frames/s", "blue", null], ["Kalshi frames/s", "orange", [6, 4]], ["Bitcoin exchanges frames/s", "ink", [2, 3]]],
    { height: 190, write: count, range: (plot, low, high) => [0, Math.max(high * 1.1, 10)] });
  const none = h("div", {}, loading());
  root.append(none, chart.element, h("h2", {}, "Stages"), h("div", { class: "cards" }, charts.map(([, chart]) => chart.element)),
    h("h2", {}, "Counted since the start"), counts, h("h2", {}, "Unexpected"), unusual);
  return (seen) => {
    const topic = feed.topic("feeds");
    if (!topic || !(seen.has("feeds") || seen.has("clock"))) return;
    if (topic.connections.length) none.replaceChildren();
    else if (!none.querySelector(".empty")) none.replaceChildren(empty("No connection yet", "They are listed as they are opened. If none comes: underround doctor looks at what a run rests on."));
    mark(element, "hidden", topic.connections.length === 0);
    rows.show(topic.connections, (row) => row.name);
    chart.hide(2, topic.connections.every((row) => VENUES[row.venue]));
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
