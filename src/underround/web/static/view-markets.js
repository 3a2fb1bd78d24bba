// Every book's best prices, its last minutes as a line, and whether it may be trusted.

import * as feed from "./feed.js";
import { empty, h, heading, loading, mark, say, sized, table } from "./dom.js";
import { aligned, price, since, venue } from "./format.js";
import { open } from "./sheet.js";

const COLUMNS = [
  ["Market"], ["Venue"], ["Bid", "number"], ["Bid size", "number", "Contracts at the best bid"], ["Ask", "number"], ["Ask size", "number", "Contracts at the best ask"],
  ["Trend", null, "The middle of bid and ask since this page was opened, 90 s at most; its height is a cent at least"], ["Book"], ["Unchanged", "number", "Since the last change of the book"],
];
const GLYPHS = { live: "●", suspect: "◐", stale: "○", resync: "↻", empty: "·" };
const WORDS = { suspect: "in doubt", stale: "stale", resync: "being fetched anew", empty: "nothing yet" };
const QUIET_MS = 15000;

function line(key, fact) {
  const cells = ["bid", "bid-size", "ask", "ask-size"].map((name) => h("td", { class: `number ${name}` }));
  const canvas = h("canvas", { width: "180", height: "36", class: "spark", "aria-hidden": "true" });
  const glyph = h("span", { class: "glyph", "aria-hidden": "true" });
  const word = h("span", {});
  const aged = h("td", { class: "number" });
  const button = h("button", { class: "row-button", type: "button", "data-row": true, title: fact.market }, fact.title);
  const element = h("tr", {}, h("th", { scope: "row" }, button, fact.pair ? h("span", { class: "tag" }, fact.pair) : null),
    h("td", {}, venue(fact.venue)), ...cells, h("td", {}, canvas), h("td", { class: "health" }, glyph, " ", word), aged);
  button.addEventListener("click", () => ladder(key, fact));
  let drawn;
  const item = {
    key, fact, element, visible: false,
    update() {
      const row = (feed.topic("books") || {})[key];
      if (!row) { item.state = "empty"; mark(element, "data-state", "empty"); say(word, "no book yet"); say(glyph, GLYPHS.empty); return; }
      const [bid, bidSize, ask, askSize, state, why] = row;
      say(cells[0], price(bid)); sized(cells[1], aligned(bidSize));
      say(cells[2], price(ask)); sized(cells[3], aligned(askSize));
      if (item.state !== state) { item.state = state; mark(element, "data-state", state); }
      say(glyph, GLYPHS[state] || "?");
      say(word, state === "live" ? "live" : `${WORDS[state] || state}: ${why}`);
      // The line has a point a second: more strokes would show nothing more.
      const points = feed.sparks.get(key);
      const last = points && points[points.length - 1][0];
      if (last !== drawn) { drawn = last; draw(canvas, points); }
      item.tick();
    },
    tick() {
      const row = (feed.topic("books") || {})[key];
      if (!row) return;
      const agedMs = feed.now() - row[6] * 1000;
      say(aged, since(agedMs));
      if (item.quiet !== agedMs > QUIET_MS) { item.quiet = agedMs > QUIET_MS; mark(aged, "data-quiet", item.quiet ? "true" : null); }
    },
  };
  return item;
}

let inkAt = -Infinity;
let inkColour = "";
/** The line's colour, looked up once a second: asking the style for every row costs a layout. */
function ink() {
  if (performance.now() - inkAt > 1000) {
    inkAt = performance.now();
    inkColour = getComputedStyle(document.documentElement).getPropertyValue("--blue").trim();
  }
  return inkColour;
}

function draw(canvas, points) {
  const pen = canvas.getContext("2d");
  const { width, height } = canvas;
  pen.clearRect(0, 0, width, height);
  if (!points || points.length < 2) return;
  const first = points[0][0];
  const span = Math.max(points[points.length - 1][0] - first, 10);
  let low = Infinity, high = -Infinity;
  for (const [, value] of points) { low = Math.min(low, value); high = Math.max(high, value); }
  const reach = Math.max(high - low, 100);
  const middle = (high + low) / 2;
  pen.strokeStyle = ink();
  pen.lineWidth = 2;
  pen.beginPath();
  points.forEach(([at, value], i) => {
    const x = ((at - first) / span) * (width - 4) + 2;
    const y = height / 2 - ((value - middle) / reach) * (height - 8);
    if (i) pen.lineTo(x, y); else pen.moveTo(x, y);
  });
  pen.stroke();
}

async function ladder(key, fact) {
  const sheet = document.getElementById("sheet");
  const close = h("button", { type: "button", class: "quiet", onclick: () => sheet.close() }, "Close");
  const body = h("div", {});
  sheet.replaceChildren(h("div", { class: "sheet-head" },
    h("div", {}, h("h2", { id: "sheet-title" }, fact.title),
      h("p", { class: "note" }, `${venue(fact.venue)} · ${fact.market}`)), close), body);
  open();
  const show = async () => {
    if (!sheet.open || !body.isConnected) { clearInterval(timer); return; }
    try {
      const found = await feed.ask(`/api/book?id=${encodeURIComponent(key)}`);
      const most = Math.max(1, ...found.bids.map((l) => l[1]), ...found.asks.map((l) => l[1]));
      body.replaceChildren(h("div", { class: "ladders" }, side("Bids", found.bids, most), side("Asks", found.asks, most)));
    } catch (error) { body.replaceChildren(h("p", {}, error.message)); clearInterval(timer); }
  };
  const timer = setInterval(show, 600);
  await show();
}

function side(name, levels, most) {
  const rows = levels.map(([at, amount]) => {
    const bar = h("span", { class: "bar" });
    bar.style.width = `${(amount / most) * 100}%`;
    return h("tr", {}, h("th", { scope: "row", class: "number" }, price(at)),
      sized(h("td", { class: "number" }), aligned(amount)), h("td", { class: "depth" }, bar));
  });
  return h("section", { class: "ladder" }, h("h3", {}, name),
    rows.length ? h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, "Price"),
      h("th", { scope: "col", class: "number" }, "Size"), h("th", { scope: "col" }, ""))), h("tbody", {}, rows))
      : h("p", { class: "note" }, "Nothing."));
}

export function markets(root) {
  const search = h("input", { type: "search", placeholder: "Filter by name, ticker or pair", "aria-label": "Filter markets" });
  const only = h("input", { type: "checkbox", id: "only-pairs" });
  const shownCount = h("p", { class: "note", role: "status" });
  const { element, body } = table("Markets", COLUMNS);
  const none = h("div", {}, loading());
  root.append(heading("Markets", "The YES side of every market that is followed. Open a row for its ladder."),
    h("div", { class: "tools" }, search, h("label", { for: "only-pairs", class: "check" }, only, "only paired"), shownCount),
    element, none);
  const missed = h("p", { class: "note", hidden: true }, "No market has all these words. Empty the filter to see every one.");
  root.append(missed);
  const items = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const item = items.get(entry.target.dataset.key);
      if (!item) continue;
      item.visible = entry.isIntersecting;
      if (item.visible) item.update();
    }
  }, { rootMargin: "200px" });

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { fact, element: row, text } of items.values()) {
      const hidden = (only.checked && !fact.pair) || !words.every((word) => text.includes(word));
      mark(row, "hidden", hidden);
      shown += !hidden;
    }
    say(shownCount, `${shown} of ${items.size} markets`);
    mark(missed, "hidden", shown > 0 || items.size === 0);
  };
  const build = (facts) => {
    const order = Object.entries(facts).sort(([, a], [, b]) =>
      (b.pair ? 1 : 0) - (a.pair ? 1 : 0) || (a.pair || "").localeCompare(b.pair || "") || b.volume_e6 - a.volume_e6);
    for (const [key, fact] of order) {
      if (items.has(key)) continue;
      const item = line(key, fact);
      item.text = `${fact.title} ${fact.market} ${fact.pair || ""} ${fact.venue}`.toLowerCase();
      item.element.dataset.key = key;
      items.set(key, item);
      body.append(item.element);
      watcher.observe(item.element);
    }
    for (const [key, item] of items) if (!(key in facts)) { item.element.remove(); items.delete(key); }
    filter();
  };
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  return (seen, moved) => {
    const facts = feed.topic("markets");
    if (facts && seen.has("markets")) build(facts);
    mark(element, "hidden", items.size === 0);
    if (items.size) none.replaceChildren();
    else if (facts) none.replaceChildren(empty("No market is followed", "Name some in pairs.toml or under [universe] in the configuration, then start again."));
    if (seen.has("books")) for (const key of moved) { const item = items.get(key); if (item && item.visible) item.update(); }
    if (seen.has("clock")) for (const item of items.values()) if (item.visible) item.tick();
  };
}
