// What was recorded: a session's opportunities as bars over time, and any moment of it by a slider.

import * as feed from "./feed.js";
import { code, empty, h, heading, lines, loading, mark, say, sized, svg, table } from "./dom.js";
import { age, aligned, bytes, count, day, edge, price, time, usd, venue } from "./format.js";
import { legs } from "./view-opportunities.js";
import { explain } from "./explanation.js";

const BOOKS = [["Market"], ["Venue"], ["Bid", "number"], ["Ask", "number"], ["Book"]];
const OPEN = [["Pair"], ["Buy"], ["Edge", "number"], ["Sets", "number"], ["Profit", "number"], ["Stood", "number"]];

export function sessions(root) {
  const list = h("ul", { class: "plain sessions" });
  const body = h("div", {}, loading());
  let isAway = false;
  root.append(heading("Sessions", "Every input is recorded; a recording shows what the run saw, moment by moment."), list, body);

  async function load() {
    isAway = false;
    try {
      const found = await feed.ask("/api/sessions");
      list.replaceChildren(...found.sessions.map((row) => h("li", {},
        h("button", { type: "button", class: "quiet", "data-session": row.name, onclick: () => open(row) }, row.name),
        h("span", { class: "note" }, `written ${day(row.written_ms)} UTC · ${bytes(row.bytes)}${row.is_running ? " · this run" : ""}`))));
      if (found.sessions.length && (!body.firstChild || body.firstChild.className === "skeleton" || body.firstChild.className === "notice")) body.replaceChildren(empty("Choose a session", "It is read in a process of its own; then the slider shows any moment of it."));
      if (!found.sessions.length) body.replaceChildren(empty("No recording here yet", "Runs and demos record everything unless told not to.", h("p", {}, code("underround run"), " makes one.")));
    } catch (error) {
      isAway = error.name === "AwayError";
      body.replaceChildren(h("p", { class: "notice" }, `${error.message}.`));
    }
  }

  async function open(row) {
    for (const each of list.querySelectorAll("button")) mark(each, "aria-pressed", String(each.dataset.session === row.name));
    body.replaceChildren(h("p", { class: "note", role: "status" }, `Reading ${row.name} in a process of its own, so that nothing live waits for it …`),
      h("div", { class: "skeleton" }));
    try { paint(row, await feed.ask(`/api/timeline?session=${encodeURIComponent(row.name)}`)); }
    catch (error) { body.replaceChildren(h("p", { class: "notice" }, `${row.name}: ${error.message}`)); }
  }

  function paint(row, found) {
    const [from, to] = [found.began_ms, Math.max(found.ended_ms, found.began_ms + 1)];
    const slider = h("input", { type: "range", id: "moment", min: "0", max: String(to - from), step: "100", value: String(to - from), "aria-label": "Moment of the session" });
    const when = h("output", { for: "moment", class: "number" });
    const open_ = table("Open at that moment", OPEN);
    const books = table("Books at that moment", BOOKS);
    const nothing = h("p", { class: "note" }, "Nothing stood open at this moment.");
    const cursor = svg("path", { class: "stop" });
    body.replaceChildren(h("h2", {}, row.name),
      h("dl", { class: "figures" }, [["Began", `${day(from)} UTC`], ["Lasted", age(to - from)], ["Inputs", count(found.inputs)],
        ["Opportunities", count(found.opportunities.length)], ["Lost inputs", count(found.lost)]].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { class: String(value).length > 12 ? "words" : null }, value)))),
      bars(found, from, to, cursor, (share) => { slider.value = String(Math.round(share * (to - from))); show(); slider.focus(); }), scale(from, to), h("p", { class: "slider" }, slider, when), open_.element, nothing, h("h2", {}, "Books"), books.element);
    const show = () => {
      const at = from + Number(slider.value);
      say(when, `${time(at)} UTC, ${age(at - from)} in`);
      cursor.setAttribute("d", `M${(Number(slider.value) / (to - from)) * 1000} 0V100`);
      const standing = found.opportunities.filter((each) => each.opened_ms <= at && (each.closed_ms === null || each.closed_ms > at));
      mark(open_.element, "hidden", standing.length === 0);
      mark(nothing, "hidden", standing.length > 0);
      open_.body.replaceChildren(...standing.map((each) => h("tr", {}, h("th", { scope: "row" },
        h("button", { type: "button", class: "row-button", "data-row": true, onclick: () => explain(each.id, row.name) }, each.title)), legCell(each), h("td", { class: "number" }, edge(each.edge_e6)), sized(h("td", { class: "number" }), aligned(each.size_e6)),
        [usd(each.edge_usd_e6), age(at - each.opened_ms)].map((text) => h("td", { class: "number" }, text)))));
      books.body.replaceChildren(...Object.entries(found.tops).map(([key, points]) => {
        let low = 0, high = points.length;
        while (low < high) { const middle = (low + high) >> 1; if (points[middle][0] <= at) low = middle + 1; else high = middle; }
        const top = low ? points[low - 1] : null;
        const fact = found.markets[key];
        return h("tr", { "data-state": top ? top[3] : "empty" }, h("th", { scope: "row" }, fact.title), h("td", {}, venue(fact.venue)),
          h("td", { class: "number" }, top ? price(top[1]) : "–"), h("td", { class: "number" }, top ? price(top[2]) : "–"), h("td", {}, top ? (top[3] === "live" ? "live" : `${top[3]}: not to be traded on`) : "not yet"));
      }));
    };
    slider.addEventListener("input", show);
    show();
    if (found.damage || found.lost) body.prepend(h("p", { class: "notice" }, `This recording has gaps: ${count(found.lost)} inputs lost, ${count(found.damage)} places damaged. What is shown there may be older than it looks.`));
  }

  function legCell(each) {
    const cell = h("td", { class: "legs" });
    lines(cell, legs(each));
    return cell;
  }

  /** When the bars begin and end, and what they are. */
  function scale(from, to) {
    return h("p", { class: "note scale" }, h("span", {}, `${time(from)} UTC`), h("span", {}, "each bar an opportunity, as long as it stood"), h("span", {}, `${time(to)} UTC`));
  }

  function bars(found, from, to, cursor, go) {
    const x = (ms) => ((ms - from) / (to - from)) * 1000;
    const lanes = [];
    const rects = found.opportunities.map((each) => {
      let lane = lanes.findIndex((end) => end <= each.opened_ms);
      if (lane < 0) lane = lanes.length;
      lanes[lane] = each.closed_ms ?? to;
      return [each, lane];
    });
    const tall = 100 / Math.max(lanes.length, 4);
    return svg("svg", { class: "session-bars", viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img", "aria-label": `${found.opportunities.length} opportunities over the session`,
      onclick: (event) => { const box = event.currentTarget.getBoundingClientRect(); go((event.clientX - box.left) / box.width); } },
      rects.map(([each, lane]) => svg("rect", { x: x(each.opened_ms), y: lane * tall + 1, width: Math.max(x(each.closed_ms ?? to) - x(each.opened_ms), 1.5), height: tall - 2 })), cursor);
  }
  load();
  return (seen) => { if (isAway && seen.has("whole")) load(); };
}
