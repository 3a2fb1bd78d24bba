// What the recording says of an opportunity: walk, fees, gates, terms, worst case and its life.
// It is derived again by a process beside the run, so it comes a moment later than the rest.

import * as feed from "./feed.js";
import { code, h } from "./dom.js";
import { NONE, age, edge, price, size, usd, venue } from "./format.js";
import { ladder } from "./ladder.js";

const MOST_SIGNALS = 12;
const MOST_LEVELS = 12;

export async function recorded(id, session) {
  const which = session ? `&session=${encodeURIComponent(session)}` : "";
  const found = await feed.ask(`/api/explanation/recorded?id=${encodeURIComponent(id)}${which}`);
  if (found.missing) throw new Error(found.missing);
  return found;
}

/** Fill a place with what the recording says; what was there stays until it has come. */
export async function derive(place, id, isCurrent) {
  if (!place.firstChild) {
    place.className = "recorded";
    place.replaceChildren(h("h3", {}, "From the recording"),
      h("p", { class: "note", role: "status" }, "Deriving it again: walk, fees, gates, terms and what came after …"),
      h("div", { class: "skeleton short" }));
  }
  try {
    const found = await recorded(id, null);
    if (isCurrent()) show(place, found);
  } catch (error) {
    if (isCurrent()) place.replaceChildren(h("h3", {}, "From the recording"), h("p", { class: "notice" }, error.message));
  }
}

const ms = (ns) => (ns === null ? null : ns / 1e6);
const ago = (ns) => (ns < 10e9 ? `${(ns / 1e6).toFixed(1)} ms before` : `${age(ns / 1e6)} before`);
const clock = (ns) => `${new Date(ns / 1e6).toISOString().slice(11, 23)}`;

function levels(found, index) {
  const walked = found.walk && found.walk.legs[index];
  if (walked) return walked.levels.slice(0, MOST_LEVELS).map((level) => [level.price_e4, level.size_e6, level.taken_e6, level.fee_per_contract_e6]);
  const leg = found.legs[index];
  const offers = leg.takes_bids ? leg.bids.map(([at, amount]) => [10000 - at, amount]) : leg.asks;
  return offers.slice(0, MOST_LEVELS).map(([at, amount]) => [at, amount, 0, null]);
}

const ladders = (found) => found.legs.map((each, index) => ({
  venue: each.leg.venue, outcome: each.leg.outcome, title: each.instrument.title, state: each.state,
  limit_e4: each.leg.limit_e4, levels: levels(found, index) }));

/** The same shape as what is told of an opportunity of this run. */
export function asStanding(found) {
  const { signal, life } = found;
  const payoff = signal.cost_usd_e6 + signal.edge_usd_e6;
  return {
    ...signal, at_ms: ms(signal.at_ns), opened_ms: ms(life.opened_ns), closed_ms: ms(life.closed_ns),
    resolves_ms: ms(signal.resolves_at_ns), is_open: false, payoff_usd_e6: payoff,
    reason: life.closed_ns === null ? "open when the recording ended" : life.reason,
    payoff_e6: found.walk ? found.walk.payoff_e6 : Math.floor((payoff * 1e6) / signal.size_e6),
    peak_edge_e6: life.peak_edge_e6, held_ms: Math.round(ms(signal.held_ns)), legs: ladders(found),
  };
}

function rows(label, head, body, numbers = []) {
  const kind = (i) => (numbers.includes(i) ? "number" : null);
  return h("div", { class: `scroll ${head.length > 4 ? "wide" : "dense"}`, tabindex: "0", role: "region", "aria-label": label }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((text, i) => h("th", { scope: "col", class: kind(i) }, text)))),
    h("tbody", {}, body.map(({ cells, mark }) => h("tr", { "data-mark": mark || null }, cells.map((cell, i) => (
      i ? h("td", { class: kind(i), "data-label": head[i] || null }, cell) : h("th", { scope: "row", class: kind(i) }, cell))))))));
}

function walk(found) {
  if (!found.walk || !found.walk.steps.length) return [];
  const { steps, payoff_e6: payoff, threshold_e6: least, ended_because: why } = found.walk;
  const many = found.legs.length > 3;
  const added = (values, word) => (many ? `${edge(values.reduce((a, b) => a + b, 0))} in all` : values.map(word).join(" + "));
  return [h("h4", {}, "The walk, step by step"),
    h("p", { class: "note" }, `A set pays ${usd(payoff)}; each must leave ${edge(least)} after fees. It ends because ${why}.`),
    rows("The walk", ["", "Sets", "Prices", "Fees", "Leaves"], steps.map((step) => ({
      mark: step.is_taken ? "taken" : "left",
      cells: [step.is_taken ? "▸ taken" : "✗ not taken", `${size(step.from_e6)} … ${size(step.to_e6)}`,
        added(step.prices_e4.map((each) => (many ? each * 100 : each)), price), added(step.fees_e6, edge), edge(step.edge_e6)],
    })), [1, 2, 3, 4])];
}

function fees(found) {
  if (!found.walk) return [];
  const lines = found.walk.legs.flatMap((leg, index) => leg.levels.filter((level) => level.fee).map((level) => ({
    cells: [venue(found.legs[index].leg.venue), h("span", { class: "formula" }, level.fee.formula), usd(level.fee.model_usd_e6, 6), level.fee.rounding, usd(level.fee.fee_usd_e6, 6)] })));
  return [h("h4", {}, "Fees, fill by fill"),
    h("p", { class: "note" }, "Each at its worst rounding; rebates are not counted on."),
    rows("Fees", ["Venue", "Formula", "Gives", "Rounded", "Fee"], lines, [2, 4])];
}

function gates(found) {
  const names = found.legs[0].gates.map((gate) => gate.name);
  const word = (gate) => `${gate.is_open ? "✓" : "✗"} ${gate.words}`;
  const head = ["Gate", ...found.legs.map((each) => `${each.leg.outcome.toUpperCase()} ${venue(each.leg.venue)}`)];
  const shut = found.legs.flatMap((each) => each.gates).filter((gate) => !gate.is_open).length;
  return [h("details", { open: true }, h("summary", {}, `Gates and ages at that instant: ${shut ? `${shut} shut` : "all open"}`),
    rows("Gates", head, names.map((name, i) => ({
      mark: found.legs.every((each) => each.gates[i].is_open) ? null : "shut",
      cells: [name, ...found.legs.map((each) => word(each.gates[i]))] })).concat(
      [["book changed", "updated_ns"], ["proven", "proven_ns"], ["heard from the venue", "heard_ns"]].map(([name, key]) => ({
        cells: [name, ...found.legs.map((each) => (each[key] ? ago(found.signal.at_ns - each[key]) : NONE))] })))))];
}

function terms(found) {
  const stated = found.pair && found.pair.terms;
  const parts = found.proof
    ? [h("h4", {}, "Why it pays, and by what texts"), h("p", { class: "note" }, `${found.proof}. It holds while every market settles by its own rules as they read when they were listed: no terms of settlement were compared between its markets.`)]
    : [h("h4", {}, "How both sides settle")];
  if (stated) {
    parts.push(rows("Terms", ["", "Polymarket", "Kalshi"], Object.keys(stated.polymarket)
      .filter((name) => stated.polymarket[name] || stated.kalshi[name]).map((name) => {
        const differs = found.differences.includes(name);
        return { mark: differs ? "differs" : null,
          cells: [`${differs ? "≠ " : ""}${name.replaceAll("_", " ")}`, stated.polymarket[name] || NONE, stated.kalshi[name] || NONE] };
      })));
    parts.push(h("p", { class: "note" }, `${stated.grade ? `Graded ${stated.grade}` : "Not graded"}${stated.approved_by ? `, approved by ${stated.approved_by}` : ""}${stated.residual ? `: ${stated.residual}` : ""}.`));
  } else parts.push(h("p", { class: "note" }, "No terms are stated; voids are taken as the venues mostly pay them."));
  parts.push(h("h4", {}, "At worst"),
    rows("Worst case", ["If", "A set pays"], [...found.void_cases.map((one) => ({ cells: [one.words, usd(one.payoff_e6, 4)] })),
      { mark: "worst", cells: ["the worst of all", usd(found.worst_payoff_e6, 4)] }], [1]));
  return parts;
}

function life(found) {
  const { signals, opened_ns: from, lasted_ns: lasted, end, peak_edge_e6: peak } = found.life;
  const shown = signals.length > MOST_SIGNALS ? [...signals.slice(0, MOST_SIGNALS - 1), signals[signals.length - 1]] : signals;
  const parts = [h("h4", {}, "What happened after"),
    rows("What happened after", ["UTC", "After", "", "Edge", "Size", "Profit"], shown.map((each) => ({
      cells: [clock(each.at_ns), `${ms(each.at_ns - from).toFixed(1)} ms`, each.kind === "closed" ? `closed: ${each.reason}` : each.kind,
        ...(each.kind === "closed" ? [NONE, NONE, NONE] : [edge(each.edge_top_e6), size(each.size_e6), usd(each.edge_usd_e6)])] })), [1, 3, 4, 5])];
  const words = [];
  if (shown.length < signals.length) words.push(`${signals.length - shown.length} changes in between are left out.`);
  if (end) words.push(`Ended by a ${end.ended}: ${end.words}.`);
  words.push(lasted === null ? "The recording knows no end of it yet." : `It lasted ${age(ms(lasted))}; its best edge was ${edge(peak)}.`);
  return [...parts, h("p", { class: "note" }, words.join(" "))];
}

export function show(place, found) {
  place.className = "recorded";
  place.replaceChildren(
    h("h3", {}, "From the recording, at the instant it was raised"),
    h("p", { class: "note" }, `${clock(found.signal.at_ns)} UTC, signal ${found.number} of ${found.recording.split("/").pop()}, line ${found.raised_at.line}.`),
    h("h4", {}, "The ladders as they stood"), h("div", { class: "ladders" }, ladders(found).map(ladder)),
    ...walk(found), ...fees(found), ...gates(found), ...terms(found), ...life(found),
    h("p", { class: "note" }, "With every frame that it rests on: ", code(`underround explain ${found.id} --recording ${found.recording}`)));
}
