// Why an opportunity is one: the sum, the ladders of its legs with the walk marked, and the curve.

import * as feed from "./feed.js";
import { h, mark, say, svg } from "./dom.js";
import { KINDS, age, bps, day, edge, price, size, usd } from "./format.js";
import { asStanding, derive, recorded, show } from "./derived.js";
import { ladder } from "./ladder.js";
import { open } from "./sheet.js";

const EVERY_MS = 600;
const sheet = document.getElementById("sheet");
let timer = null;
let asked = 0;

/** Show why an opportunity is one: of this run at once from memory, of a `session` from its recording. */
export async function explain(id, session = null) {
  clearInterval(timer);
  const shown = (asked += 1);
  const now = h("div", {}, h("div", { class: "skeleton", role: "status", "aria-label": "Loading" }),
    h("h2", { id: "sheet-title", class: "hidden" }, "Explanation"));
  const behind = h("div", {});
  sheet.replaceChildren(now, behind);
  open();
  const isCurrent = () => sheet.open && asked === shown;
  const fail = (error) => now.replaceChildren(top("Not to be explained"), h("p", {}, error.message));
  sheet.addEventListener("close", () => clearInterval(timer), { once: true });
  if (session) {
    now.prepend(h("p", { class: "note", role: "status" }, "Running the recording again, up to this moment …"));
    try {
      const found = await recorded(id, session);
      if (isCurrent()) { paint(now, asStanding(found)); show(behind, found); }
    } catch (error) { if (isCurrent()) fail(error); }
    return;
  }
  let wasOpen = null;
  let drawn = "";
  const draw = async () => {
    if (!isCurrent()) return;
    try {
      const found = await feed.ask(`/api/explanation?id=${encodeURIComponent(id)}`);
      if (!isCurrent()) return;
      // Only what differs is drawn anew: whoever reads, marks or listens to it is left in peace.
      const news = JSON.stringify({ ...found, at_ms: 0 });
      if (news !== drawn) { drawn = news; paint(now, found); }
      say(now.querySelector("[data-fact=Age], [data-fact=Lived]"), age((found.closed_ms || found.at_ms) - found.opened_ms));
      // Asked for once when it is opened, and once more when it has ended: what came after is new.
      if (wasOpen !== found.is_open) { wasOpen = found.is_open; derive(behind, id, isCurrent); }
      if (!found.is_open) clearInterval(timer);
    } catch (error) {
      // What was told stays to be read, marked as old; it is asked for until the program is back.
      if (error.name === "AwayError" && drawn) { if (isCurrent()) away(now, error); return; }
      clearInterval(timer);
      if (isCurrent()) fail(error);
    }
    mark(now, "data-away", null);
    now.querySelector(".away")?.remove();
  };
  timer = setInterval(draw, EVERY_MS);
  await draw();
}

function away(now, error) {
  mark(now, "data-away", "true");
  if (!now.querySelector(".away")) now.prepend(h("p", { class: "notice away", role: "status" }, `${error.message}. What follows is old.`));
}

function top(title, note) {
  return h("div", { class: "sheet-head" },
    h("div", {}, h("h2", { id: "sheet-title" }, title), note ? h("p", { class: "note" }, note) : null),
    h("button", { type: "button", class: "quiet", onclick: () => sheet.close() }, "Close"));
}

function paint(now, found) {
  const active = document.activeElement && document.activeElement.textContent;
  const scroll = sheet.scrollTop;
  const state = found.is_open ? "open now" : `closed: ${found.reason}`;
  now.replaceChildren(
    top(found.legs[0] ? found.legs[0].title : found.pair,
      `${found.pair} · ${KINDS[found.underround] || found.underround} · ${state}`),
    sum(found), facts(found),
    h("h3", {}, found.is_open ? "The curve" : "The curve, as it was sized last"), h("p", { class: "note" },
      "What one more set costs, fees included, against the dollar that it pays. The walk stops where buying more no longer clears the threshold."),
    curve(found),
    h("h3", {}, found.is_open ? "The ladders now" : "The ladders, as it was sized last"),
    h("div", { class: "ladders" }, found.legs.map(ladder)));
  sheet.scrollTop = scroll;
  if (active === "Close") sheet.querySelector("button").focus();
}

function sum(found) {
  const part = (title, value, kind) => h("p", { class: kind }, h("span", { class: "value" }, value), h("span", { class: "note" }, title));
  const sign = (text) => h("p", { class: "sign", "aria-hidden": "true" }, text);
  const bare = found.cost_usd_e6 - found.fee_usd_e6;
  return h("div", { class: "sum" },
    part("it pays for sure", usd(found.payoff_usd_e6), "pays"), sign("−"),
    part("the contracts cost", usd(bare), "costs"), sign("−"),
    part("the fees", usd(found.fee_usd_e6), "costs"), sign("="),
    part("is left", usd(found.edge_usd_e6), "left"));
}

function facts(found) {
  const rows = [
    ["Size", `${size(found.size_e6)} sets`],
    ["Edge a set", `${edge(found.edge_e6)} (${edge(found.edge_top_e6)} at the best prices, ${edge(found.peak_edge_e6)} at its peak)`],
    ["Return", `${bps(found.return_bps)}${found.annual_return_bps === null ? "" : `, ${bps(found.annual_return_bps)} a year until ${day(found.resolves_ms)} UTC`}`],
    ["Held back", found.held_for ? `${found.held_ms} ms, for ${found.held_for}` : "not at all"],
    ["Prices", found.is_slow ? "polled over REST: slow, to be looked at twice" : "streamed"],
    [found.is_open ? "Age" : "Lived", age((found.closed_ms || found.at_ms) - found.opened_ms)],
  ];
  return h("dl", { class: "facts" }, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { "data-fact": name }, value))));
}

/** Cost of the next set by contracts bought: every leg's price and fee added up, step by step. */
function steps(found) {
  const at = found.legs.map(() => 0);
  const left = found.legs.map((leg) => (leg.levels[0] ? leg.levels[0][1] : 0));
  const points = [];
  let bought = 0;
  while (points.length < 60 && found.legs.every((leg, i) => at[i] < leg.levels.length)) {
    const cost = found.legs.reduce((all, leg, i) => all + leg.levels[at[i]][0] * 100 + leg.levels[at[i]][3], 0);
    const taken = Math.min(...left);
    points.push([bought, bought + taken, cost]);
    bought += taken;
    left.forEach((rest, i) => {
      left[i] = rest - taken;
      if (left[i] <= 0) { at[i] += 1; left[i] = found.legs[i].levels[at[i]] ? found.legs[i].levels[at[i]][1] : 0; }
    });
    if (bought > Math.max(found.size_e6 * 2.5, 1e6) && cost > found.payoff_e6 * 1.02) break;
  }
  return points;
}

function curve(found) {
  const points = steps(found);
  if (!points.length) return h("p", { class: "note" }, "A leg has nothing on offer now.");
  const [width, height, left, base] = [640, 200, 78, 170];
  const payoff = found.payoff_e6;
  const costs = points.map((point) => point[2]);
  const low = Math.min(...costs, payoff) - 8000;
  const high = Math.max(...costs.filter((cost) => cost < payoff + 60000), payoff) + 8000;
  const most = Math.max(points[points.length - 1][1], found.size_e6);
  const x = (sets) => left + (sets / most) * (width - left - 12);
  const y = (cost) => 12 + ((high - Math.min(cost, high)) / (high - low)) * (base - 12);
  const path = points.map(([from, to, cost], i) => `${i ? "L" : "M"}${x(from)} ${y(cost)}L${x(to)} ${y(cost)}`).join("");
  const gains = points.filter(([from, , cost]) => cost < payoff && from < found.size_e6).map(([from, to, cost]) =>
    svg("rect", { class: "gain", x: x(from), y: y(payoff), width: Math.max(x(Math.min(to, found.size_e6)) - x(from), 0), height: Math.max(y(cost) - y(payoff), 0) }));
  const label = (text, px, py, anchor) => svg("text", { x: px, y: py, "text-anchor": anchor || "start" }, text);
  const stop = [
    svg("path", { class: "stop", d: `M${x(found.size_e6)} 12V${base}` }),
    label(`walk: ${size(found.size_e6)} sets`, Math.min(x(found.size_e6) + 6, width - 110), base - 8)];
  return svg("svg", { class: "curve", viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `Cost of one more set from ${edge(costs[0])} upwards against ${edge(payoff)} paid; ${size(found.size_e6)} sets are bought.` },
    gains,
    svg("path", { class: "payoff", d: `M${left} ${y(payoff)}H${width - 12}` }),
    svg("path", { class: "cost", d: path }),
    stop,
    label(usd(payoff), left - 6, y(payoff) + 4, "end"),
    label(usd(costs[0], 3), left - 6, Math.max(y(costs[0]) + 4, y(payoff) + 18), "end"),
    svg("path", { class: "axis", d: `M${left} ${base}H${width - 12}` }),
    label("0", left, base + 18), label(`${size(most)} sets`, width - 12, base + 18, "end"));
}
