// One stream for all tabs: a browser allows six connections to a place, tabs may be more.

const ports = new Set();
let source = null;
let whole = null;
let state = "loading";

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function turn(next) {
  state = next;
  tell({ state });
}

function take(update) {
  for (const [name, value] of Object.entries(update)) {
    if (name === "books" && whole && whole.books) {
      Object.assign(whole.books, value);
      for (const [key, row] of Object.entries(value)) if (row === null) delete whole.books[key];
    } else whole[name] = value;
  }
}

function open() {
  source = new EventSource("/stream");
  source.addEventListener("open", () => turn("live"));
  source.addEventListener("error", () => {
    turn("lost");
    if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(open, 1000); }
  });
  source.addEventListener("whole", (event) => {
    whole = JSON.parse(event.data);
    tell({ whole });
  });
  source.addEventListener("update", (event) => {
    const update = JSON.parse(event.data);
    take(update);
    tell({ update });
  });
}

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener("message", (said) => { if (said.data === "bye") ports.delete(port); });
  port.start();
  if (!source) open();
  port.postMessage(whole ? { state, whole } : { state });
});
