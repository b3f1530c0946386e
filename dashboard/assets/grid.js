/* Cells of the grids: React elements of text, never HTML, so that names are shown as they are. */
(function () {
  "use strict";
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const bordergap = (window.bordergap = window.bordergap || {});
  const h = (tag, properties, ...children) => window.React.createElement(tag, properties, ...children);

  const level = (severity) => [20, 40, 60, 80].filter((limit) => severity >= limit).length;

  components.SeverityCell = function (cell) {
    if (cell.value === null || cell.value === undefined) return h("span", { className: "dim" }, "—");
    return h("span", { className: "severity-cell" },
      h("span", { className: "severity-number" }, cell.value.toFixed(1)),
      h("span", { className: "severity-track" },
        h("span", { className: `severity-fill severity-${level(cell.value)}`, style: { width: `${cell.value}%` } })));
  };

  /* What a gap is about and how far it reaches; where it begins stands in a column of its own. */
  function about(row) {
    const reach = row.members || row.wide || row.chainage === null ? row.place : row.facts.length;
    return [row.what_text, reach === "—" ? "" : reach].filter(Boolean).join(" · ");
  }

  components.GapCell = function (cell) {
    const row = cell.data;
    return h("span", { className: "two-lines", title: row.sentence },
      h("span", { className: "line-one" },
        h("span", { className: `mark mark-${row.shape} severity-${row.class}`, "aria-hidden": true }),
        h("span", { className: "line-text" }, row.kind_text)),
      h("span", { className: "line-two" },
        row.new_text ? h("span", { className: "badge new" }, row.new_text) : null,
        row.provenance === "measured" ? null : h("span", { className: "badge", title: row.provenance_text }, row.provenance_short),
        h("span", { className: "line-text" }, about(row))));
  };

  components.SideCell = function (cell) {
    return h("span", { className: "side-cell", title: cell.data.side_text },
      cell.value === "b" ? null : h("i", { className: "dot side-a" }),
      cell.value === "a" ? null : h("i", { className: "dot side-b" }),
      h("span", { className: "visually-hidden" }, cell.data.side_text));
  };

  components.KmCell = function (cell) {
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

  Object.assign(bordergap, { level });
})();
