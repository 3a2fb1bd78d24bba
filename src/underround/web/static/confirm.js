// Asking twice: a change is named in full, confirmed by its own word, and needs the token.

import * as feed from "./feed.js";
import { h, mark, say } from "./dom.js";

/** Ask; resolves to the reason given, or null. `button` says what will be done. */
export async function confirmed({ title, text, button, wantsReason = false, danger = false }) {
  const dialog = document.getElementById("confirm");
  // A token of another run is of no use: that is found out before anybody types a reason.
  await Promise.race([feed.checkToken(), new Promise((go) => setTimeout(go, 800))]);
  return new Promise((resolve) => {
    let said = null;
    const reason = h("input", { id: "confirm-reason", maxlength: "300", autocomplete: "off" });
    const token = h("input", { id: "confirm-token", type: "password", autocomplete: "off" });
    const wrong = h("p", { class: "note", role: "alert", hidden: true });
    const needsToken = !feed.hasToken();
    const form = h("form", { method: "dialog" },
      h("h2", { id: "confirm-title" }, title),
      h("p", {}, text),
      needsToken ? h("p", { class: "field" },
        h("label", { for: "confirm-token" }, "Token that the program printed at its start"), token) : null,
      wrong,
      wantsReason ? h("p", { class: "field" },
        h("label", { for: "confirm-reason" }, "Reason"), reason) : null,
      h("p", { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Cancel"),
        h("button", { type: "submit", class: danger ? "danger" : "strong" }, button)));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (needsToken && !token.value.trim()) { token.focus(); return; }
      if (wantsReason && !reason.value.trim()) { reason.focus(); return; }
      if (needsToken) {
        feed.setToken(token.value);
        if (!(await feed.checkToken())) {
          say(wrong, "This is not the token that the program printed.");
          mark(wrong, "hidden", null);
          token.focus();
          return;
        }
      }
      if (!dialog.open) return;
      said = reason.value.trim();
      dialog.close();
    });
    dialog.replaceChildren(form);
    dialog.addEventListener("close", () => resolve(said), { once: true });
    dialog.showModal();
  });
}
