/* What filters the ledger, the same for every view: words, facets, status, who, until when; and the sums above. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const picks = (bordergap.picks = bordergap.picks || {});
  const none = () => window.dash_clientside.no_update;
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const FILES = ["xlsx", "csv", "geojson", "gpkg"];
  const DAY_MS = 86400000;
  let offered = null; // the ledger whose pairings are in their box
  let view = { rows: [], state: null }; // what passes, and by what

  /* Whether a row is of the pairing asked for, and holds every word. */
  function inScope(state) {
    const inner = bordergap.ledgerNow().inner.get(state.pairing);
    const asked = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    return (row) => (!state.pairing || row.pairing === state.pairing || (inner && inner.has(row.pairing))) && asked.every((word) => row.searched.includes(word));
  }

  /* Until when, seen from today: late, in a week, in thirty days, with any date, without one. */
  function isDue(row, due) {
    if (due === "none") return !row.due;
    if (!row.due) return false;
    if (due === "dated") return true;
    if (due === "late") return row.late;
    return row.open && !row.late && (new Date(row.due) - new Date(bordergap.today())) / DAY_MS <= { week: 7, month: 30 }[due];
  }

  /* Whether a row passes the filters of the ledger, one of them left out if named. */
  function keeps(row, state, but) {
    return (but === "status" || !state.status.length || state.status.includes(row.status))
      && (but === "presence" || !state.presence.length || state.presence.includes(row.presence))
      && (but === "who" || !state.who || row.whos.includes(state.who)) && (but === "due" || !state.due || isDue(row, state.due));
  }

  const wordOf = (boot, name, value) => ({ kind: boot.kinds, domain: boot.domains, provenance: boot.provenances }[name] || {})[value] || boot.words[`side.${value}`] || value;

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
    [...bordergap.LEDGER_FACETS, "status"].forEach((name) => state[name].length && asked.set(name, state[name].join(",")));
    if (state.fresh) asked.set("new", "1");
    asked.set("lang", boot.lang);
    return asked.toString();
  }

  const toggle = (list, value) => (list.includes(value) ? list.filter((each) => each !== value) : [...list, value]);

  /* How many stand where, as buttons that filter; what is late or needs a decision; what it costs. */
  function strip(rows, state) {
    const chip = (act, value, pressed, mark, label, count, more) => el("button", { className: `strip-chip ${more || ""}`, "data-act": act, "data-value": value, "aria-pressed": String(pressed), disabled: !count && !pressed },
      mark, el("span", {}, label), el("b", {}, bordergap.sayNumber(count)));
    const passing = (but) => rows.filter((row) => bordergap.passes(row, state) && keeps(row, state, but));
    const byStatus = passing("status");
    const shown = byStatus.filter((row) => keeps(row, state));
    const late = passing("due").filter((row) => row.late).length;
    const byPresence = passing("presence");
    const costs = shown.filter((row) => row.cost_cny !== null);
    return [
      bordergap.STATUSES.map((status) => chip("ledger-status", status, state.status.includes(status), bordergap.statusMark(status), bordergap.statusText(status), byStatus.filter((row) => row.status === status).length)),
      el("span", { className: "strip-gap" }),
      chip("ledger-late", "late", state.due === "late", el("i", { className: "late-mark", "aria-hidden": "true" }, "!"), words("due.late"), late, "chip-late"),
      bordergap.PRESENCES.map((name) => { const count = byPresence.filter((row) => row.presence === name).length; return count || state.presence.includes(name) ? chip("ledger-presence", name, state.presence.includes(name), null, words(`presence.${name}`), count, "chip-presence") : null; }),
      el("span", { className: "strip-cost" }, costs.length ? words("ledger.costs", { amount: bordergap.money(costs.reduce((sum, row) => sum + row.cost_cny, 0)), count: costs.length }) : ""),
    ];
  }

  function fillStrip(rows, state) {
    bordergap.fill("ledger-strip", ...strip(rows, state).flat().filter(Boolean));
  }

  const isFilteredBy = (state) => Boolean(bordergap.isFiltered(state) || state.words || state.pairing || state.status.length || state.presence.length || state.who || state.due);

  calls.ledgerFilters = function (state, rows, boot) {
    const ledger = bordergap.ledgerNow();
    if (!state || !isHere() || !ledger) return new Array(15).fill(none());
    const scoped = refreshed(state);
    bordergap.drawLedger(view.rows, state);
    const pairings = offered === ledger ? none() : ledger.pairings; // thousands: given once
    offered = ledger;
    const whos = [...new Set(ledger.rows.flatMap((row) => row.whos))].sort((one, other) => one.localeCompare(other, boot.lang));
    bordergap.hide("ledger-reset", !isFilteredBy(state));
    FILES.forEach((ending) => (document.getElementById(`ledger-${ending}`).href = `${bordergap.root()}${boot.addresses.export}.${ending}?${query(state, boot)}`));
    document.getElementById("ledger").dataset.view = state.view;
    return [
      bordergap.give("ledger-words", state.words), pairings, bordergap.give("ledger-pairing", state.pairing || null),
      ...bordergap.LEDGER_FACETS.flatMap((name) => [options(boot, scoped, state, name), bordergap.give(`ledger-${name}`, state[name])]),
      state.who && !whos.includes(state.who) ? [state.who, ...whos] : whos, bordergap.give("ledger-who", state.who || null), bordergap.give("ledger-due", state.due || null),
      bordergap.give("ledger-severity", String([80, 60, 40, 20, 0].find((least) => state.severity >= least))),
    ];
  };

  /* Filter anew, and say how many are left; returns the rows in scope. */
  function refreshed(state) {
    const ledger = bordergap.ledgerNow();
    const scoped = ledger.rows.filter(inScope(state));
    view = { rows: scoped.filter((row) => bordergap.passes(row, state) && keeps(row, state)), state };
    const all = ledger.rows.length;
    document.getElementById("ledger-count").textContent = view.rows.length === all ? words("gaps.count", { count: all }) : words("gaps.count_of", { count: view.rows.length, all });
    fillStrip(scoped, state);
    return scoped;
  }

  /* Entries have changed: the view follows. */
  bordergap.showLedger = (changed) => {
    const state = bordergap.now();
    refreshed(state);
    bordergap.drawLedger(view.rows, state, changed);
  };

  const isHere = () => bordergap.now().page === "ledger";
  const pick = (id, change) => {
    picks[`${id}.value`] = (value) => isHere() && bordergap.isChosen(id, value) && bordergap.go(change(value));
  };
  pick("ledger-words", (value) => ({ words: (value || "").trim() }));
  pick("ledger-pairing", (value) => ({ pairing: value || "" }));
  pick("ledger-severity", (value) => ({ severity: Number(value) }));
  pick("ledger-who", (value) => ({ who: value || "" }));
  pick("ledger-due", (value) => ({ due: value || "" }));
  bordergap.LEDGER_FACETS.forEach((name) => pick(`ledger-${name}`, (value) => ({ [name]: value || [] })));

  Object.assign(bordergap.acts = bordergap.acts || {}, {
    "ledger-reset": () => bordergap.go({ pairing: "", words: "", severity: 0, kind: [], domain: [], side: [], provenance: [], status: [], presence: [], who: "", due: "", fresh: false }),
    "ledger-status": (button) => bordergap.go({ status: toggle(bordergap.now().status, button.dataset.value) }),
    "ledger-presence": (button) => bordergap.go({ presence: toggle(bordergap.now().presence, button.dataset.value) }),
    "ledger-late": () => bordergap.go({ due: bordergap.now().due === "late" ? "" : "late" }),
    "ledger-view": (button) => bordergap.go({ view: button.dataset.view }, true),
    "ledger-open": (button) => bordergap.go({ gap: button.dataset.gap }, !bordergap.now().gap),
  });
  Object.assign(bordergap, { ledgerRows: () => view.rows });
})();
