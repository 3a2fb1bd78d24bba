// Elements from plain values. Text is always text: nothing here ever reads markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set a text only where it differs: most cells of most updates do not. It is known, not read. */
export function say(element, text) {
  if (element.said === text) return;
  element.said = text;
  element.textContent = text;
}

export function mark(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Keep the children of `parent` in step with `rows`, reusing each key's element. */
export class Keyed {
  constructor(parent, make) {
    this.parent = parent;
    this.make = make;
    this.held = new Map();
  }

  show(rows, keyOf) {
    const gone = new Set(this.held.keys());
    let before = null;
    for (const row of rows) {
      const key = keyOf(row);
      gone.delete(key);
      let item = this.held.get(key);
      if (!item) {
        item = this.make(row);
        this.held.set(key, item);
      }
      item.update(row);
      const wanted = before ? before.nextSibling : this.parent.firstChild;
      if (item.element !== wanted) this.parent.insertBefore(item.element, wanted);
      before = item.element;
    }
    for (const key of gone) {
      this.held.get(key).element.remove();
      this.held.delete(key);
    }
  }
}

export function empty(title, text, ...more) {
  return h("div", { class: "empty" },
    h("p", { class: "empty-title" }, title), h("p", {}, text), ...more);
}

/** What stands where nothing is known yet. */
export function loading() {
  return h("div", { class: "skeleton", role: "status", "aria-label": "Loading" });
}

/** Set a size whose missing decimals leave their place free, so that points align in a column. */
export function sized(cell, [text, pad]) {
  if (cell.said === text) return cell;
  say(cell, text);
  if (cell.pad !== pad) { cell.pad = pad; mark(cell, "data-pad", pad || null); }
  return cell;
}

/** Set a cell to lines of text, one for each leg, touching nothing where they are the same. */
export function lines(cell, texts) {
  if (cell.childNodes.length === texts.length && texts.every((text, i) => cell.childNodes[i].textContent === text)) return;
  cell.replaceChildren(...texts.map((text) => h("span", { class: "leg" }, text)));
}

export function code(text) {
  return h("code", {}, text);
}

export function heading(title, note) {
  return h("div", { class: "head" }, h("h1", {}, title), note ? h("p", { class: "note" }, note) : null);
}

export function table(name, columns) {
  const body = h("tbody");
  const cells = columns.map(([title, kind, help]) =>
    h("th", { scope: "col", class: kind || null, title: help || null }, title));
  const element = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
    h("table", { "aria-label": name }, h("thead", {}, h("tr", {}, cells)), body));
  // On a phone a row is a card, and each cell says what it is.
  new MutationObserver((changes) => {
    for (const change of changes) for (const row of change.addedNodes) {
      [...row.children].forEach((cell, i) => { if (i && columns[i] && columns[i][0]) cell.dataset.label = columns[i][0]; });
    }
  }).observe(body, { childList: true });
  return { element, body };
}
