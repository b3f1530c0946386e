/* What is in view, kept in the address: read from it, written to it, and nowhere else. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});

  const PAGES = ["overview", "pairing", "compare", "ledger", "programme", "data", "method", "accounts"];
  const LISTS = ["domain", "kind", "side", "provenance", "layers", "hidden", "opacity"];
  const OF_ENTRIES = ["status", "presence"]; // lists of the ledger alone
  const OF_MAP = ["layers", "hidden", "opacity"]; // switched on, switched off, and opacities such as roads-40
  /* What the address of a page without a map says. */
  const OF_PAGES = {
    compare: ["pairing", "cell", "one", "other"], ledger: ["view", "pairing", "severity", "words", "who", "due", "month", "by", "gap"],
    programme: ["pairing", "item", "entry"], data: [], method: [], accounts: ["who", "what"],
  };
  const FILTERS = ["domain", "kind", "side", "provenance"];
  const VIEWS = ["list", "board", "wall", "calendar", "authorities"];
  const DUES = ["late", "week", "month", "dated", "none"];
  const DIRECTIONS = ["along", "across"];
  const METRICS = ["worst", "share", "people"]; // as METRICS of dashboard/maps/drawing.py; the first unless told otherwise
  const CELLS = ["worst", "share", "gaps", "people"]; // what the matrix of a group is coloured by
  const PATIENCE_MS = 150; // for what the map is to show, before the callbacks begin without it
  const USUAL = { cell: CELLS[0], view: VIEWS[0], by: "lead" }; // not said

  /* Return the state an address stands for; anything unknown in it counts as not said. */
  function parse(href) {
    const url = new URL(href);
    const asked = url.searchParams;
    const name = url.pathname.slice(root().length);
    const state = {
      page: PAGES.includes(name) ? name : "overview",
      pairing: (asked.get("id") || "").slice(0, 2000),
      gap: (asked.get("gap") || "").slice(0, 64),
      lang: asked.get("lang") || "",
      metric: METRICS.includes(asked.get("metric")) ? asked.get("metric") : METRICS[0],
      direction: asked.get("direction") === DIRECTIONS[1] ? DIRECTIONS[1] : DIRECTIONS[0],
      measure: /^[a-z_]{1,40}$/.test(asked.get("measure") || "") ? asked.get("measure") : "",
      severity: Math.min(100, Math.max(0, Math.round(Number(asked.get("severity"))) || 0)),
    };
    const at = /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/.exec(asked.get("at") || "");
    state.at = at ? [Number(at[1]), Number(at[2])] : null; // degrees, a place to look at
    state.district = (asked.get("district") || "").slice(0, 200);
    state.cell = CELLS.includes(asked.get("cell")) ? asked.get("cell") : CELLS[0];
    state.one = (asked.get("one") || "").slice(0, 2000);
    state.other = (asked.get("other") || "").slice(0, 2000);
    state.item = /^[a-z_]{1,40}$/.test(asked.get("item") || "") ? asked.get("item") : "";
    state.km = bordergap.readStretch(asked.get("km"));
    state.fresh = asked.get("new") === "1";
    state.brief = state.page === "pairing" && asked.get("brief") === "1";
    state.find = (asked.get("find") || "").slice(0, 200);
    state.words = (asked.get("words") || "").slice(0, 200);
    state.view = VIEWS.includes(asked.get("view")) ? asked.get("view") : VIEWS[0];
    state.who = (asked.get("who") || "").slice(0, 300);
    state.what = /^[a-z_.]{1,60}$/.test(asked.get("what") || "") ? asked.get("what") : ""; // of the record
    state.due = DUES.includes(asked.get("due")) ? asked.get("due") : "";
    state.month = /^[12]\d{3}-(0[1-9]|1[0-2])$/.test(asked.get("month") || "") ? asked.get("month") : "";
    state.by = asked.get("by") === "owner" ? "owner" : "lead"; // whom the view by authority groups by
    state.entry = (asked.get("entry") || "").slice(0, 200); // an item of the programme, or "new"
    [...LISTS, ...OF_ENTRIES].forEach((list) => {
      const values = (asked.get(list) || "").split(",").filter((value) => (list === "opacity" ? /^[a-z_]{1,40}-\d{1,3}$/ : /^[a-z_]{1,40}$/).test(value));
      state[list] = [...new Set(values)].sort();
    });
    if (state.page === "pairing" && !state.pairing) state.page = "overview";
    return state;
  }

  /* Return the shortest address of a state, relative to the server. */
  function address(state) {
    const said = new URLSearchParams();
    if (state.page === "pairing") {
      said.set("id", state.pairing);
      LISTS.forEach((list) => state[list].length && said.set(list, state[list].join(",")));
      if (state.severity) said.set("severity", state.severity);
      if (state.fresh) said.set("new", "1");
      if (state.find) said.set("find", state.find);
      if (state.km) said.set("km", state.km.join("-"));
      if (state.measure) said.set("measure", state.measure);
      if (state.direction !== DIRECTIONS[0]) said.set("direction", state.direction);
      if (state.gap) said.set("gap", state.gap);
      if (state.brief) said.set("brief", "1");
    } else if (state.page === "overview") {
      OF_MAP.forEach((list) => state[list].length && said.set(list, state[list].join(",")));
      if (state.district) said.set("district", state.district);
      if (state.metric !== METRICS[0]) said.set("metric", state.metric);
    } else {
      OF_PAGES[state.page].forEach((name) => state[name] && state[name] !== USUAL[name] && said.set(name === "pairing" ? "id" : name, state[name]));
      if (state.page === "ledger") {
        [...FILTERS, ...OF_ENTRIES].forEach((list) => state[list].length && said.set(list, state[list].join(",")));
        if (state.fresh) said.set("new", "1");
      }
    }
    if (state.at && OF_PAGES[state.page] === undefined) said.set("at", state.at.map((degrees) => Number(degrees.toFixed(5))).join(","));
    if (state.lang) said.set("lang", state.lang);
    const query = said.toString().replaceAll("%2C", ",");
    return root() + (state.page === "overview" ? "" : state.page) + (query ? "?" + query : "");
  }

  function root() {
    const config = document.getElementById("_dash-config");
    return config ? JSON.parse(config.textContent).requests_pathname_prefix : "/";
  }

  function now() {
    return parse(window.location.href);
  }

  /* Show another state. Steps a reader would go back over are pushed; the others replace the last one. */
  function go(changes, push) {
    const before = now();
    const after = Object.assign({}, before, changes.gap || changes.page || "district" in changes ? { at: null } : {}, changes);
    [...LISTS, ...OF_ENTRIES].forEach((list) => (after[list] = [...new Set(after[list])].sort()));
    const target = address(after);
    if (target === address(before)) return;
    window.history[push ? "pushState" : "replaceState"]({}, "", target);
    // The map answers at once, and has its workers begin; what Dash draws takes its way through all callbacks.
    const begun = bordergap.followNow(after);
    window.clearTimeout(telling);
    if (!begun) return tellDash();
    const mine = (telling = window.setTimeout(tellDash, PATIENCE_MS));
    begun.finally(() => mine === telling && tellDash());
  }
  let telling = 0; // Dash is told of the last address once: by then at the latest
  function tellDash() {
    window.clearTimeout(telling);
    telling = 0;
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate")); // dcc.Location listens to this
  }

  /* What lets every gap pass. */
  const unfiltered = () => ({ severity: 0, domain: [], kind: [], side: [], provenance: [], km: null, fresh: false, find: "" });

  /* Go to a pairing, or to a gap of it, with nothing filtered; layers and language stay. */
  function open(pairing, gap, at) {
    if (bordergap.calls.boot) bordergap.preparePairing(bordergap.calls.boot, pairing);
    go(Object.assign({ page: "pairing", pairing: pairing, gap: gap || "", at: at || null }, unfiltered()), true);
  }

  /* Whether a gap passes the filters, one of them left out if named: nothing ticked means everything. */
  function passes(row, state, but) {
    if (but !== "severity" && row.severity < state.severity) return false;
    if (but !== "fresh" && state.fresh && !row.new) return false;
    if (state.km && !bordergap.within(row, state.km)) return false;
    if (state.find && !bordergap.mentions(row, state.find)) return false;
    return FILTERS.every((name) => name === but || !state[name].length || state[name].includes(row[name]));
  }

  /* Return value -> number of gaps that would be listed if only that value of the facet were ticked. */
  function counts(rows, state, facet) {
    const found = {};
    rows.forEach((row) => (found[row[facet]] = found[row[facet]] || 0));
    rows.filter((row) => passes(row, state, facet)).forEach((row) => (found[row[facet]] += 1));
    return found;
  }

  /* What words are looked for in, on every page; `searched_texts` of dashboard/gap_filters.py has the same for files. */
  const saidOf = (row) => [row.kind_text, row.what_text, row.pairing_text, row.sentence, row.on_border || row.place, row.id].join(" ").toLowerCase();

  /* Whether every word stands in what is said of a gap, in capitals or not. */
  function mentions(row, words) {
    const said = saidOf(row);
    return words.toLowerCase().split(/\s+/).every((word) => said.includes(word));
  }

  /* All that decides which gaps pass. */
  const filtersOf = (state) => [state.severity, state.fresh, state.km, state.find, ...FILTERS.map((name) => state[name])];

  function isFiltered(state) {
    return state.severity > 0 || state.km !== null || state.fresh || state.find !== "" || FILTERS.some((name) => state[name].length > 0);
  }

  Object.assign(bordergap, { parse, address, now, go, open, passes, counts, saidOf, mentions, isFiltered, unfiltered, filtersOf, root, FILTERS, METRICS });
})();
