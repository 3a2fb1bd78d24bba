// Lines over time, drawn alike everywhere: UTC, 24 hours, whole seconds, dashes beside colours.

import { h, mark } from "./dom.js";

const two = (value) => String(value).padStart(2, "0");

/** Seconds since 1970 to the clock's words; a day is only told where it is needed. */
function moments(plot, splits, index, space, step) {
  return splits.map((at) => {
    const day = new Date(at * 1000);
    const words = `${two(day.getUTCHours())}:${two(day.getUTCMinutes())}`;
    return step < 60 ? `${words}:${two(day.getUTCSeconds())}` : words;
  });
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400];

/** A chart and what it is called. `lines`: [label, colour, dash or null]; `bands`: pairs of lines. */
export class Chart {
  constructor(name, lines, { height = 240, write = String, bands = [], range = null } = {}) {
    this.lines = lines;
    this.options = { height, write, bands, range };
    this.box = h("div", { class: "canvas" });
    this.keys = lines.map(([label, colour, dash]) =>
      h("li", {}, h("span", { class: "stroke", "data-colour": colour, "data-dash": dash ? (dash[0] < 4 ? "dotted" : "dashed") : null, "aria-hidden": "true" }), label));
    this.hidden = new Set();
    this.element = h("figure", { class: "chart", role: "img", "aria-label": `${name}, times in UTC` },
      h("ul", { class: "key" }, this.keys, h("li", { class: "zone" }, "times in UTC")), this.box);
    this.plot = null;
    this.theme = "";
  }

  /** Leave a line and its key out, or show them again. */
  hide(line, isHidden) {
    if (this.hidden.has(line) === isHidden) return;
    if (isHidden) this.hidden.add(line); else this.hidden.delete(line);
    mark(this.keys[line], "hidden", isHidden);
    if (this.plot) this.plot.setSeries(line + 1, { show: !isHidden });
  }

  /** Show columns: times in seconds, then each line's values. */
  show(columns) {
    if (!this.box.isConnected || !this.box.clientWidth || typeof uPlot === "undefined") return;
    const style = getComputedStyle(document.documentElement);
    const theme = style.getPropertyValue("--ground");
    const width = this.box.clientWidth;
    if (this.plot && theme !== this.theme) { this.plot.destroy(); this.plot = null; }
    this.theme = theme;
    if (!this.plot) this.plot = new uPlot(this.made(style, width), columns, this.box);
    else {
      if (this.plot.width !== width) this.plot.setSize({ width, height: this.options.height });
      this.plot.setData(columns);
    }
  }

  made(style, width) {
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const { height, write, bands, range } = this.options;
    const grid = { stroke: colour("line"), width: 1 };
    const axis = { stroke: colour("soft"), grid, ticks: { ...grid, size: 4 }, font: "12px system-ui, sans-serif" };
    return {
      width, height, legend: { show: false }, cursor: { show: false }, padding: [8, 30, 0, 0],
      scales: { x: { time: true }, ...(range ? { y: { range } } : {}) },
      axes: [{ ...axis, size: 32, space: 90, incrs: STEPS, values: moments },
        { ...axis, size: 58, values: (plot, splits) => splits.map(write) }],
      bands: bands.map((series) => ({ series, fill: colour("band") })),
      series: [{}, ...this.lines.map(([label, name, dash], i) => ({
        label, show: !this.hidden.has(i), stroke: colour(name), width: 2, dash: dash || undefined, points: { show: false }, spanGaps: false }))],
    };
  }
}
