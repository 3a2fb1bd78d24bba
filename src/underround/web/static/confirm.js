// Asking twice: a change is named in full, confirmed by its own word, and needs the token.

import * as feed from "./feed.js";
import { h } from "./dom.js";

/** Ask; resolves to the reason given, or null. `button` says what will be done. */
export function confirmed({ title, text, button, wantsReason = false, danger = false }) {
  const dialog = document.getElementById("confirm");
  return new Promise((resolve) => {
    let said = null;
    const reason = h("input", { id: "confirm-reason", maxlength: "300", autocomplete: "off" });
    const token = h("input", { id: "confirm-token", type: "password", autocomplete: "off" });
    const needsToken = !feed.hasToken();
    const form = h("form", { method: "dialog" },
      h("h2", { id: "confirm-title" }, title),
      h("p", {}, text),
      wantsReason ? h("p", { class: "field" },
        h("label", { for: "confirm-reason" }, "Reason"), reason) : null,
      needsToken ? h("p", { class: "field" },
        h("label", { for: "confirm-token" }, "Token that the program printed at its start"), token) : null,
      h("p", { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Cancel"),
        h("button", { type: "submit", class: danger ? "danger" : "strong" }, button)));
    form.addEventListener("submit", (event) => {
      if (wantsReason && !reason.value.trim()) { event.preventDefault(); reason.focus(); return; }
      if (needsToken) {
        if (!token.value.trim()) { event.preventDefault(); token.focus(); return; }
        feed.setToken(token.value);
      }
      said = reason.value.trim();
    });
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => resolve(said), { once: true });
    dialog.showModal();
  });
}
