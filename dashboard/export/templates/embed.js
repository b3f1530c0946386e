/* An embed: in place of the picture the map, to move, zoom and switch; its gaps and those of the list are one. */
(function () {
  "use strict";
  const page = window.bordergap;
  const { chapter, words } = page.data;
  const figure = document.querySelector("figure");
  const rows = new Map([...document.querySelectorAll("li[data-gap]")].map((row) => [row.dataset.gap, row]));
  const map = page.createMap(chapter, choose);

  function choose(id) {
    rows.forEach((row, key) => row.classList.toggle("chosen", key === id));
    if (rows.has(id)) rows.get(id).scrollIntoView({ block: "nearest" });
    map.choose(id);
  }

  rows.forEach((row, id) => {
    const head = row.querySelector("h2");
    const button = page.el("button", "pick", { type: "button" }, head.firstChild);
    button.addEventListener("click", () => {
      choose(id);
      figure.scrollIntoView({ block: "nearest" });
    });
    head.prepend(button);
  });
  figure.replaceChildren(map.node, page.el("details", "switches", {}, page.el("summary", "", {}, words.layers), map.legend));
  map.resize();
  if (chapter.chosen) map.choose(chapter.chosen);
})();
