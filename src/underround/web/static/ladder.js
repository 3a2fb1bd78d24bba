// One leg's ladder as a table whose bars show how much of each level the walk takes.

import { h, sized } from "./dom.js";
import { aligned, edge, price, venue } from "./format.js";

function walked(takenE6) {
  const [text, pad] = aligned(takenE6);
  return sized(h("td", { class: "number" }), [`▸ ${text}`, pad]);
}

/** One leg's ladder as bars; what the walk takes is filled and marked by a word, not only a colour. */
export function ladder(leg) {
  const most = Math.max(1, ...leg.levels.map((level) => level[1]));
  const rows = leg.levels.map(([priceE4, sizeE6, takenE6, feeE6]) => {
    const bar = h("span", { class: "bar" });
    const taken = h("span", { class: "taken" });
    bar.style.width = `${Math.max((sizeE6 / most) * 100, 1)}%`;
    taken.style.width = `${(takenE6 / sizeE6) * 100}%`;
    bar.append(taken);
    return h("tr", { "data-taken": takenE6 > 0 ? "true" : null },
      h("th", { scope: "row", class: "number" }, price(priceE4)),
      h("td", { class: "number" }, edge(feeE6)),
      sized(h("td", { class: "number" }), aligned(sizeE6)),
      h("td", { class: "depth" }, bar),
      takenE6 ? walked(takenE6) : h("td", { class: "number" }));
  });
  return h("section", { class: "ladder" },
    h("h4", {}, `Buy ${leg.outcome.toUpperCase()} at ${venue(leg.venue)}`),
    h("p", { class: "note" }, leg.title, ` · limit ${price(leg.limit_e4)} · book ${leg.state}`),
    rows.length
      ? h("table", {}, h("thead", {}, h("tr", {},
          ["Price", "Fee", "Size", "", "Walk"].map((name) => h("th", { scope: "col", class: name ? "number" : null }, name)))),
        h("tbody", {}, rows))
      : h("p", { class: "note" }, "Nothing is offered there now."));
}
