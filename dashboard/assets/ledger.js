/* The ledger: all gaps in one list. It comes once, by an address that changes with its content; sorting and
   filtering are done here, and the addresses of the files carry the same filters to the server. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const none = () => window.dash_clientside.no_update;
  const FACETS = ["kind", "domain", "side", "provenance"];
  const FILES = ["xlsx", "csv", "geojson", "gpkg"];
  const HIDDEN = ["pairing_text", "side", "chainage", "status"]; // on narrow screens the gap tells them
  let ledger = null; // rows, and what groups consist of
  let passing = () => true;
  let grid = null;
  let offered = null; // the ledger whose pairings are in their box

  components.LedgerCell = function (cell) {
    const h = (tag, properties, ...children) => window.React.createElement(tag, properties, ...children);
    const row = cell.data;
    return h("span", { className: "two-lines", title: row.sentence },
      h("span", { className: "line-one" },
        h("span", { className: `mark mark-${row.shape} severity-${row.class}`, "aria-hidden": true }),
        h("span", { className: "line-text" }, row.what_text ? `${row.kind_text} · ${row.what_text}` : row.kind_text)),
      h("span", { className: "line-two" },
        row.new ? h("span", { className: "badge new" }, row.new_text) : null,
        row.provenance === "measured" ? null : h("span", { className: "badge", title: row.provenance_text }, row.provenance_short),
        h("span", { className: "line-text" }, h("span", { className: "narrow-only" }, `${row.pairing_text} · `), row.sentence)));
  };

  /* Rows as the grid takes them, put together from columns. */
  function unpacked(body, boot) {
    const { columns, codes } = body;
    const of = (name, i) => (columns[name][i] === null ? "" : codes[name][columns[name][i]]);
    return columns.id.map((id, i) => {
      const [pairing, name, a, b] = body.pairings[columns.pairing[i]];
      const [kind, domain, side, provenance] = FACETS.map((facet) => of(facet, i));
      const what_text = columns.what[i] === null ? "" : body.whats[columns.what[i]];
      const row = {
        id, pairing, kind, domain, side, provenance, what_text, severity: columns.severity[i], people: columns.people[i], chainage: columns.chainage[i],
        people_short: columns.people_short[i], chainage_text: columns.chainage_text[i], sentence: columns.sentence[i], new: Boolean(columns.new[i]),
        new_text: boot.words["new.badge"], pairing_text: name, kind_text: boot.kinds[kind], shape: boot.shapes[domain], class: bordergap.level(columns.severity[i]),
        side_text: side === "a" ? a : side === "b" ? b : boot.words["side.both"], status: "found", status_text: boot.words["ledger.found"],
        provenance_text: boot.provenances[provenance], provenance_short: boot.words[`badge.${provenance}`],
      };
      row.searched = [row.kind_text, what_text, name, row.sentence].join(" ").toLowerCase();
      return row;
    });
  }

  calls.ledger = async function (state, boot) {
    if (state.page !== "ledger" || (ledger && ledger.lang === boot.lang && ledger.address === boot.addresses.ledger)) return none();
    let body;
    try {
      body = await bordergap.body(boot.addresses.ledger);
    } catch (error) {
      bordergap.fill("ledger-failed", bordergap.failedPart(boot, "ledger"));
      return none();
    }
    bordergap.fill("ledger-failed");
    ledger = {
      rows: unpacked(body, boot), lang: boot.lang, address: boot.addresses.ledger,
      inner: new Map(body.groups.map(([id, , parts]) => [id, new Set(parts.map((place) => body.pairings[place][0]))])),
      pairings: body.groups.concat(body.pairings).map(([id, name]) => ({ value: id, label: name })),
    };
    return ledger.rows;
  };

  /* Whether a row is of the pairing asked for, and holds every word. */
  function inScope(state) {
    const inner = ledger.inner.get(state.pairing);
    const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    return (row) => (!state.pairing || row.pairing === state.pairing || (inner && inner.has(row.pairing)))
      && words.every((word) => row.searched.includes(word));
  }

  const wordOf = (boot, name, value) =>
    ({ kind: boot.kinds, domain: boot.domains, provenance: boot.provenances }[name] || {})[value] || boot.words[`side.${value}`] || value;

  /* The choices of a facet, each with the number of gaps it would leave. */
  function options(boot, rows, state, name) {
    const found = bordergap.counts(rows, state, name);
    const order = { kind: Object.keys(boot.kinds), domain: Object.keys(boot.domains), side: ["a", "b", "both"], provenance: Object.keys(boot.provenances) }[name];
    return order.filter((value) => value in found || state[name].includes(value))
      .map((value) => ({ value, label: `${wordOf(boot, name, value)} (${found[value] || 0})` }));
  }

  /* What filters the list, as part of an address of a file. */
  function query(state, boot) {
    const asked = new URLSearchParams();
    if (state.pairing) asked.set("id", state.pairing);
    if (state.severity) asked.set("severity", state.severity);
    if (state.words) asked.set("words", state.words);
    FACETS.forEach((name) => state[name].length && asked.set(name, state[name].join(",")));
    asked.set("lang", boot.lang);
    return asked.toString();
  }

  async function repaint() {
    const api = await bordergap.fitGrid("ledger-grid", HIDDEN);
    if (api !== grid) {
      grid = api;
      grid.setGridOption("isExternalFilterPresent", () => true);
      grid.setGridOption("doesExternalFilterPass", (node) => passing(node.data));
      document.querySelector(".ledger-filters").open = !bordergap.isNarrow();
    }
    grid.onFilterChanged();
  }

  calls.ledgerFilters = function (state, rows, boot) {
    if (state.page !== "ledger" || !ledger) return new Array(18).fill(none());
    const scoped = ledger.rows.filter(inScope(state));
    const shown = new Set(scoped.filter((row) => bordergap.passes(row, state)).map((row) => row.id));
    passing = (row) => shown.has(row.id);
    repaint();
    const all = ledger.rows.length;
    const said = shown.size === all ? bordergap.say(boot, "gaps.count", { count: all }) : bordergap.say(boot, "gaps.count_of", { count: shown.size, all });
    const isFiltered = shown.size !== all || bordergap.isFiltered(state) || state.words || state.pairing;
    const pairings = offered === ledger ? none() : ledger.pairings; // thousands: given once
    offered = ledger;
    return [
      said, bordergap.give("ledger-words", state.words), pairings, bordergap.give("ledger-pairing", state.pairing || null),
      ...FACETS.flatMap((name) => [options(boot, scoped, state, name), bordergap.give(`ledger-${name}`, state[name])]),
      bordergap.give("ledger-severity", String([80, 60, 40, 20, 0].find((least) => state.severity >= least))), !isFiltered,
      ...FILES.map((ending) => `${bordergap.root()}${boot.addresses.export}.${ending}?${query(state, boot)}`),
    ];
  };

  const isHere = () => bordergap.now().page === "ledger";
  const picks = (id, change) => (value) => {
    if (isHere() && bordergap.isChosen(id, value)) bordergap.go(change(value));
  };
  calls.pickLedgerWords = picks("ledger-words", (value) => ({ words: (value || "").trim() }));
  calls.pickLedgerPairing = picks("ledger-pairing", (value) => ({ pairing: value || "" }));
  calls.pickLedgerSeverity = picks("ledger-severity", (value) => ({ severity: Number(value) }));
  FACETS.forEach((name) => (calls[`pickLedger_${name}`] = picks(`ledger-${name}`, (value) => ({ [name]: value || [] }))));

  /* A row opens its gap where it lies. */
  calls.pickLedgerGap = function (selected) {
    const row = Array.isArray(selected) && selected.length === 1 ? selected[0] : null;
    if (!row || !isHere()) return none();
    bordergap.open(row.pairing, row.id);
    return [];
  };
  (bordergap.acts = bordergap.acts || {})["ledger-reset"] = () =>
    bordergap.go({ pairing: "", words: "", severity: 0, kind: [], domain: [], side: [], provenance: [] });
})();
