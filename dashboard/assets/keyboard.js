/* The keyboard goes where the mouse goes: Enter chooses a row, and the focus follows to what has opened. */
(function () {
  "use strict";
  const PATIENCE_MS = 5000;

  /* Put the focus on an element once it is there to be seen. */
  function focusOn(selector) {
    const end = Date.now() + PATIENCE_MS;
    (function look() {
      const found = document.querySelector(selector);
      if (found && found.offsetParent) {
        found.tabIndex = -1;
        found.focus({ preventScroll: true });
      } else if (Date.now() < end) window.setTimeout(look, 50);
    })();
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".ag-cell");
    if (!cell || (event.key !== "Enter" && event.key !== " ")) return;
    if (cell.classList.contains("can-edit")) return; // the grid opens it for writing
    const isRanking = Boolean(cell.closest("#pairings-grid"));
    if (event.key === "Enter" || isRanking) cell.click();
    // The ranking goes away with the choice, and the focus with it.
    if (isRanking) focusOn("#pairing-head h1");
  });

  /* "/" leads to the search, from anywhere but where one writes. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.getElementById("find");
    if (!box || !box.offsetParent) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  /* The first stop of every page leads past the bar on top: to the list, or to the text that is read. */
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".skip")) return;
    event.preventDefault();
    const text = document.getElementById("document");
    (text.offsetParent ? text : document.getElementById("list")).focus();
  });
})();
