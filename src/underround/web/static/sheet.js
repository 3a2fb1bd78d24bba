// The sheet and the way back: it is an entry of the history as long as it is open, so Back closes it.

const sheet = document.getElementById("sheet");
// From the close by a button until the history has gone back; and whether it was opened again meanwhile.
let leaving = false;
let again = false;

const isEntry = () => Boolean(history.state && history.state.sheet);

/** Open the sheet, unless it is. The address stays the same, and with it the view. */
export function open() {
  if (sheet.open) return;
  sheet.showModal();
  again = leaving;
  if (!isEntry()) history.pushState({ sheet: true }, "");
}

sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
// By button or Escape the entry is still there; by Back, or by another view, it is not.
sheet.addEventListener("close", () => {
  if (!sheet.open && isEntry() && !leaving) { leaving = true; history.back(); }
});
window.addEventListener("popstate", () => {
  if (sheet.open && !isEntry()) {
    if (again) history.pushState({ sheet: true }, "");
    else sheet.close();
  }
  leaving = false;
  again = false;
});
// Another view, asked for meanwhile, takes the place of going back.
window.addEventListener("hashchange", () => { leaving = false; again = false; });
