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
    if (event.key === "Enter") cell.click();
    // The ranking goes away with the choice, and the focus with it.
    if (cell.closest("#pairings-grid")) focusOn("#pairing-head h1");
  });

  /* The first stop of every page leads past the bar on top: to the list, or to the text that is read. */
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".skip")) return;
    event.preventDefault();
    const text = document.getElementById("document");
    (text.offsetParent ? text : document.getElementById("list")).focus();
  });
})();
