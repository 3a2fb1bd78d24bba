// What the program says, kept as topics; who looks is told which topics changed, once a frame.

const topics = {};
const watchers = new Set();
let changed = new Set();
let movedBooks = new Set();
let scheduled = false;
let state = "loading";
let heardAt = 0;
let toldAt = 0;
let offsetMs = 0;
let spent = 0;
let updates = 0;

export const sparks = new Map();
const SPARK_POINTS = 90;

export function topic(name) { return topics[name]; }
export function linkState() { return state; }
/** The program's own time: its clock need not be this machine's. */
export function now() { return Date.now() + offsetMs; }
/** The time of what is shown, by the program's own clock. */
export function toldAtMs() { return toldAt; }
export function sinceHeardMs() { return heardAt ? performance.now() - heardAt : Infinity; }
/** Milliseconds of script that an update took so far, on average. */
export function cost() { return updates ? spent / updates : 0; }

export function watch(look) {
  watchers.add(look);
  return () => watchers.delete(look);
}

export function start() {
  setInterval(() => schedule("clock"), 1000);
  if ("SharedWorker" in window) {
    const worker = new SharedWorker("/static/stream-worker.js", { name: "underround" });
    worker.port.addEventListener("message", (event) => take(event.data));
    worker.port.start();
    window.addEventListener("pagehide", () => worker.port.postMessage("bye"));
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  } else {
    const source = new EventSource("/stream");
    source.addEventListener("open", () => take({ state: "live" }));
    source.addEventListener("error", () => take({ state: "lost" }));
    source.addEventListener("whole", (event) => take({ whole: JSON.parse(event.data) }));
    source.addEventListener("update", (event) => take({ update: JSON.parse(event.data) }));
  }
}

function take(message) {
  const began = performance.now();
  if (message.state) { state = message.state; schedule("link"); }
  if (message.whole) {
    // A program that was started again may have fewer topics than the one before.
    for (const name of Object.keys(topics)) { delete topics[name]; schedule(name); }
    topics.books = {};
    merge(message.whole);
    schedule("whole");
  }
  if (message.update) merge(message.update);
  spent += performance.now() - began;
}

function merge(update) {
  heardAt = performance.now();
  state = "live";
  toldAt = update.at_ms;
  offsetMs = update.at_ms - Date.now();
  for (const [name, value] of Object.entries(update)) {
    if (name === "number" || name === "at_ms") continue;
    if (name === "books") {
      for (const [key, row] of Object.entries(value)) {
        if (row === null) { delete topics.books[key]; sparks.delete(key); continue; }
        topics.books[key] = row;
        movedBooks.add(key);
        spark(key, row, update.at_ms);
      }
    } else {
      topics[name] = value;
    }
    schedule(name);
  }
}

function spark(key, row, atMs) {
  if (row[0] === null || row[2] === null || row[4] !== "live") return;
  let line = sparks.get(key);
  if (!line) sparks.set(key, (line = []));
  const last = line[line.length - 1];
  const point = [Math.floor(atMs / 1000), (row[0] + row[2]) / 2];
  if (last && last[0] === point[0]) last[1] = point[1];
  else line.push(point);
  if (line.length > SPARK_POINTS) line.shift();
}

function schedule(name) {
  changed.add(name);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const [seen, moved] = [changed, movedBooks];
    changed = new Set();
    movedBooks = new Set();
    const began = performance.now();
    for (const look of watchers) look(seen, moved);
    spent += performance.now() - began;
    updates += 1;
  });
}

const TOKEN = "underround-token";

/** The token came behind the # of the address; it never goes into one again. */
export function takeToken() {
  const found = /(?:^#|&)token=([^&]+)/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(TOKEN, decodeURIComponent(found[1]));
  history.replaceState(null, "", location.pathname + "#opportunities");
}

export function hasToken() { return Boolean(sessionStorage.getItem(TOKEN)); }
export function setToken(token) { sessionStorage.setItem(TOKEN, token.trim()); }
export function dropToken() { sessionStorage.removeItem(TOKEN); }

/** Tell whether the token is good, and drop it if not. A program that is gone does not make it bad. */
export async function checkToken() {
  if (!hasToken()) return false;
  try { await act("/api/token", {}); } catch { /* what matters is whether it was dropped */ }
  return hasToken();
}

/** Fetch, and say in words what the browser calls a failed fetch. */
async function fetched(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    const error = new Error("The program does not answer; this is asked again when it is back");
    error.name = "AwayError";
    throw error;
  }
}

export async function ask(path) {
  const answer = await fetched(path, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error((await answer.text()).trim() || `answered ${answer.status}`);
  return answer.json();
}

/** Ask for a change. A refusal for want of the token is told by its name. */
export async function act(path, body) {
  const answer = await fetched(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-underround-token": sessionStorage.getItem(TOKEN) || "",
    },
    body: JSON.stringify(body),
  });
  if (answer.ok) return answer.json();
  const error = new Error((await answer.text()).trim() || `answered ${answer.status}`);
  if (answer.status === 403) { error.name = "TokenError"; dropToken(); }
  throw error;
}
