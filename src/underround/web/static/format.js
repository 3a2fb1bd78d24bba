// Integer units to words. Absent is a dash, never a zero.

export const NONE = "–";

export function price(e4) {
  if (e4 === null || e4 === undefined) return NONE;
  return `${(e4 / 100).toFixed(e4 % 10 ? 2 : 1)}¢`;
}

export function edge(e6) {
  if (e6 === null || e6 === undefined) return NONE;
  return `${e6 < 0 ? "−" : ""}${(Math.abs(e6) / 1e4).toFixed(2)}¢`;
}

export function usd(e6, decimals = 2) {
  if (e6 === null || e6 === undefined) return NONE;
  const sign = e6 < 0 ? "−" : "";
  const text = Math.abs(e6 / 1e6).toLocaleString("en-US",
    { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return `${sign}$${text}`;
}

export function size(e6) {
  if (e6 === null || e6 === undefined) return NONE;
  const value = e6 / 1e6;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 2 : 0 });
}

/** A size for a column of such, and how many places its missing decimals would take. */
export function aligned(e6) {
  const text = size(e6);
  if (e6 === null || e6 === undefined || /[kM]$/.test(text)) return [text, 0];
  const decimals = (text.split(".")[1] || "").length;
  return [text, decimals ? 2 - decimals : 3];
}

export function percent(share, decimals = 2) {
  if (share === null || share === undefined) return NONE;
  const value = share * 100;
  if (Math.abs(value) >= 10000) return ">9999%";
  return `${value.toFixed(Math.abs(value) >= 100 ? 0 : decimals)}%`;
}

export function bps(value) {
  return value === null || value === undefined ? NONE : percent(value / 1e4);
}

export function seconds(value) {
  if (value === null || value === undefined) return NONE;
  if (value < 1e-3) return `${Math.round(value * 1e6)} µs`;
  if (value < 1) return `${Number((value * 1e3).toPrecision(3))} ms`;
  return `${Number(value.toPrecision(3))} s`;
}

/** How long ago, short: 0.4 s, 12 s, 3 min, 5 h, 2 d. */
export function age(ms) {
  if (ms === null || ms === undefined) return NONE;
  const s = Math.max(ms, 0) / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.floor(s)} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d`;
}

export function bytes(value) {
  const steps = ["B", "kB", "MB", "GB"];
  let step = 0;
  while (value >= 1000 && step < 3) { value /= 1000; step += 1; }
  return `${value < 10 && step ? value.toFixed(1) : Math.round(value)} ${steps[step]}`;
}

export function time(ms) {
  return ms ? new Date(ms).toISOString().slice(11, 19) : NONE;
}

export function day(ms) {
  return ms ? new Date(ms).toISOString().slice(0, 16).replace("T", " ") : NONE;
}

/** How long ago, of what is only known to the second. */
export function since(ms) {
  if (ms < 1000) return "< 1 s";
  return ms < 10_000 ? `${Math.floor(ms / 1000)} s` : age(ms);
}

export function count(value) {
  return value === null || value === undefined ? NONE : value.toLocaleString("en-US");
}

export const KINDS = {
  cross_venue: "cross-venue", partition: "partition", ladder: "ladder", basket: "basket",
};
export const VENUES = { polymarket: "Polymarket", kalshi: "Kalshi" };

export function venue(name) {
  return VENUES[name] || name;
}
