/* What paper needs and the screen does not: whole lists, the map's picture in light colours, the view's address. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  bordergap.calls = bordergap.calls || {};
  const PAPER = { width: 688, height: 491 }; // CSS pixels: 182 mm between the margins of print.css, 130 mm for the map
  const MOST_ROWS = 300; // of the ranking
  const SCHEME = "data-mantine-color-scheme";

  let pairing = null;
  let overview = null;
  let scheme = null; // what to go back to
  bordergap.toPrint = (pairingNow, overviewNow) => {
    pairing = pairingNow;
    overview = overviewNow;
  };

  function element(tag, text, properties) {
    const made = Object.assign(document.createElement(tag), properties);
    made.textContent = text; // names are text, never HTML
    return made;
  }

  /* A table whose columns are [heading, class, row -> text]. */
  function table(caption, columns, rows) {
    const made = element("table", "", { className: "print-table made-for-print" });
    const line = (tag, cells) => {
      const row = document.createElement("tr");
      row.append(...cells.map((text, i) => element(tag, text, { className: columns[i][1] })));
      return row;
    };
    const head = document.createElement("thead");
    head.append(line("th", columns.map(([heading]) => heading)));
    const body = document.createElement("tbody");
    body.append(...rows.map((row) => line("td", columns.map(([, , text]) => text(row)))));
    made.append(element("caption", caption), head, body);
    return made;
  }

  /* The gaps that pass the filters, in the order of the grid. */
  function gaps(boot, state) {
    const words = boot.words;
    const rows = pairing.gaps.filter((gap) => bordergap.passes(gap, state));
    const count = bordergap.say(boot, rows.length === pairing.gaps.length ? "gaps.count" : "gaps.count_of", { count: rows.length, all: pairing.gaps.length });
    const mark = (gap) => (gap.provenance === "measured" ? "" : ` [${words[`badge.${gap.provenance}`]}]`);
    return table(`${words["gaps.title"]} · ${count}`, [
      [words["column.severity"], "figure", (gap) => gap.severity.toFixed(1)],
      [words["column.gap"], "", (gap) => (gap.what_text ? `${gap.kind_text} · ${gap.what_text}` : gap.kind_text)],
      [words["print.sentence"], "", (gap) => gap.sentence + mark(gap)],
    ], rows);
  }

  function ranking(boot) {
    const words = boot.words;
    const rows = overview.rows.filter((row) => row.kind === "adjacent");
    const first = rows.slice(0, MOST_ROWS);
    const count = rows.length > first.length ? bordergap.say(boot, "gaps.count_of", { count: first.length, all: rows.length }) : bordergap.say(boot, "overview.count", { count: rows.length });
    return table(`${words["overview.ranking"]} · ${count}`, [
      [words["column.pairing"], "", (row) => row.name],
      [words["column.worst"], "figure", (row) => (row.worst === null ? "—" : row.worst.toFixed(1))],
      [words["column.share"], "figure", (row) => row.share_text],
      [words["column.people"], "figure", (row) => row.people_short],
      [words["print.worst"], "", (row) => row.worst_text],
    ], first);
  }

  /* The ledger as a list for a meeting: what passes the filters, with who, until when, and room for a note. */
  function ledger(boot) {
    const words = boot.words;
    const all = bordergap.ledgerRows();
    const rows = all.slice(0, MOST_ROWS);
    const count = rows.length < all.length ? bordergap.say(boot, "gaps.count_of", { count: rows.length, all: all.length }) : bordergap.say(boot, "gaps.count", { count: all.length });
    return table(`${words["ledger.title"]} · ${count}`, [
      [words["column.severity"], "figure", (row) => row.severity.toFixed(0)],
      [words["column.gap"], "", (row) => [row.kind_text, row.what_text].filter(Boolean).join(" · ")],
      [words["column.pairing"], "", (row) => row.pairing_text],
      [words["ledger.status"], "", (row) => [row.status_text, row.presence_text].filter(Boolean).join(" · ")],
      [words["follow.todo"], "", (row) => row.todo || ""],
      [words["follow.lead"], "", (row) => row.lead || row.whos.join(", ")],
      [words["follow.due"], "figure", (row) => (row.due ? `${row.late ? "! " : ""}${row.due}` : "")],
      [words["follow.cost_cny"], "figure", (row) => row.cost_text],
      [words["follow.notes"], "note", (row) => row.notes || ""],
    ], rows);
  }

  /* The map's picture, drawn and taken at once: what WebGL has drawn is gone when paper asks for it. */
  function picture() {
    const frame = document.querySelector(".map-frame");
    const map = bordergap.maplibre;
    if (!map || !frame || !frame.offsetParent) return;
    const drawn = map.getCanvas();
    map.redraw();
    const copy = Object.assign(document.createElement("canvas"), { id: "print-map", className: "made-for-print", width: drawn.width, height: drawn.height });
    copy.getContext("2d").drawImage(drawn, 0, 0);
    frame.prepend(copy);
    const { clientWidth, clientHeight } = map.getContainer();
    const scale = Math.min(PAPER.width / clientWidth, PAPER.height / clientHeight);
    frame.style.setProperty("--print-width", `${clientWidth * scale}px`);
    frame.style.setProperty("--print-height", `${clientHeight * scale}px`);
    frame.style.setProperty("--print-scale", scale); // the scale bar stays true
  }

  function paint(name) {
    document.documentElement.setAttribute(SCHEME, name);
    bordergap.repaintMap(bordergap.now());
  }

  function clear() {
    document.querySelectorAll(".made-for-print").forEach((made) => made.remove());
    if (scheme) paint(scheme);
    scheme = null;
  }

  window.addEventListener("beforeprint", () => {
    clear();
    const boot = bordergap.calls.boot;
    if (!boot) return;
    if (bordergap.theme() === "dark") {
      scheme = "dark";
      paint("light");
    }
    picture();
    const state = bordergap.now();
    const stage = document.getElementById("stage");
    if (state.page === "pairing" && pairing && pairing.id === state.pairing && pairing.gaps.length) stage.append(gaps(boot, state));
    if (state.page === "overview" && overview && overview.rows.length) stage.append(ranking(boot));
    if (state.page === "ledger" && bordergap.ledgerNow()) document.getElementById("ledger").append(ledger(boot));
    document.getElementById("shell").append(element("p", window.location.href, { className: "print-address made-for-print" }));
  });
  window.addEventListener("afterprint", clear);
})();
