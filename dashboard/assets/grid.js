/* Cells of the grids: React elements of text, never HTML, so that names are shown as they are. */
(function () {
  "use strict";
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const bordergap = (window.bordergap = window.bordergap || {});
  const h = (tag, properties, ...children) => window.React.createElement(tag, properties, ...children);

  const NARROW = "(max-width: 900px)";
  const fitted = new Map(); // grid id -> its API, and the columns that narrow screens have no room for

  const level = (severity) => [20, 40, 60, 80].filter((limit) => severity >= limit).length;

  components.SeverityCell = function (cell) {
    if (cell.value === null || cell.value === undefined) return h("span", { className: "dim" }, "—");
    return h("span", { className: "severity-cell" },
      h("span", { className: "severity-number" }, cell.value.toFixed(1)),
      h("span", { className: "severity-track" },
        h("span", { className: `severity-fill severity-${level(cell.value)}`, style: { width: `${cell.value}%` } })));
  };

  /* What a gap is about and how far it reaches; where it begins, or that it is everywhere, stands in a column of its own. */
  function about(row) {
    const reach = row.members || row.chainage === null ? row.place : row.facts.length;
    return [row.what_text, reach === "—" || (row.wide && !row.members) ? "" : reach].filter(Boolean).join(" · ");
  }

  /* Return the API of a grid, the columns `hidden` shown only where there is room: the gap's cell tells them too. */
  async function fitGrid(id, hidden) {
    const known = fitted.get(id);
    const api = known && !known.api.isDestroyed() ? known.api : await window.dash_ag_grid.getApiAsync(id);
    fitted.set(id, { api, hidden });
    const isWide = !window.matchMedia(NARROW).matches;
    // Only where it changes something: the grid measures itself anew each time.
    const others = hidden.filter((name) => api.getColumn(name).isVisible() !== isWide);
    if (others.length) api.setColumnsVisible(others, isWide);
    return api;
  }
  window.matchMedia(NARROW).addEventListener("change", () => fitted.forEach(({ hidden }, id) => fitGrid(id, hidden)));

  components.GapCell = function (cell) {
    const row = cell.data;
    return h("span", { className: "two-lines", title: row.sentence },
      h("span", { className: "line-one" },
        h("span", { className: `mark mark-${row.shape} severity-${row.class}`, "aria-hidden": true }),
        h("span", { className: "line-text" }, row.kind_text), sides(row, "narrow-only")),
      h("span", { className: "line-two" },
        row.new_text ? h("span", { className: "badge new" }, row.new_text) : null,
        row.provenance === "measured" ? null : h("span", { className: "badge", title: row.provenance_text }, row.provenance_short),
        h("span", { className: "line-text" }, about(row),
          row.wide && !row.members ? h("span", { className: "narrow-only" }, `${row.what_text ? " · " : ""}${row.place}`) : null)));
  };

  const sides = (row, more) => h("span", { className: `side-cell ${more}`, title: row.side_text },
    row.side === "b" ? null : h("i", { className: "dot side-a" }),
    row.side === "a" ? null : h("i", { className: "dot side-b" }),
    h("span", { className: "visually-hidden" }, row.side_text));
  components.SideCell = (cell) => sides(cell.data, "");

  components.KmCell = function (cell) {
    if (cell.data.wide && !cell.data.members) return h("span", { className: "dim" }, cell.whole);
    if (cell.data.wide || cell.value === null || cell.value === undefined) return h("span", { className: "dim" }, "—");
    return h("span", { className: "number-cell" }, (cell.value / 1000).toFixed(1));
  };

  components.PairingCell = function (cell) {
    const row = cell.data;
    const marks = row.marks.filter((mark) => mark.count > 0);
    return h("span", { className: "two-lines", title: row.worst_text },
      h("span", { className: "line-one" }, h("span", { className: "line-text" }, row.name)),
      h("span", { className: "line-two marks" },
        marks.length
          ? marks.map((mark) => h("span", { key: mark.domain, className: "mark-count", title: `${mark.label} ${mark.count}` },
              h("span", { className: `mark mark-${mark.shape} quiet`, "aria-hidden": true }), mark.count))
          : cell.noFindings));
  };

  components.TextCell = function (cell) {
    return h("span", { className: "number-cell" }, cell.data[cell.field] || "—");
  };

  Object.assign(bordergap, { level, fitGrid, isNarrow: () => window.matchMedia(NARROW).matches });
})();
