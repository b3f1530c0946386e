/* The ledger as a grid whose cells are changed in place, the entry beside it, and which view is drawn. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const none = () => window.dash_clientside.no_update;
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const HIDDEN = ["pairing_text", "side", "people", "status", "lead", "due", "todo", "cost_cny"]; // on narrow screens the gap and its entry tell them
  const h = (tag, properties, ...children) => window.React.createElement(tag, properties, ...children);
  const drawers = bordergap.ledgerViews;
  let passing = new Set();
  let grid = null;
  let entryShown = ""; // gap in the drawer

  components.LedgerCell = function (cell) {
    const row = cell.data;
    return h("span", { className: "two-lines", title: row.sentence },
      h("span", { className: "line-one" },
        h("span", { className: `mark mark-${row.shape} severity-${row.class}`, "aria-hidden": true }),
        h("span", { className: "line-text" }, row.what_text ? `${row.kind_text} · ${row.what_text}` : row.kind_text),
        h("i", { className: "status-mark narrow-only", "data-status": row.status, role: "img", "aria-label": row.status_text })),
      h("span", { className: "line-two" },
        row.presence_text ? h("span", { className: "badge presence-badge" }, row.presence_text) : null,
        row.new ? h("span", { className: "badge new" }, row.new_text) : null,
        row.provenance === "measured" ? null : h("span", { className: "badge", title: row.provenance_text }, row.provenance_short),
        h("span", { className: "line-text" }, h("span", { className: "narrow-only" }, `${row.pairing_text} · `), row.sentence)));
  };
  components.StatusCell = (cell) => h("span", { className: "status-cell" }, h("i", { className: "status-mark", "data-status": cell.data.status, "aria-hidden": true }), h("span", {}, cell.data.status_text));
  components.DueCell = (cell) => (cell.data.due ? h("span", { className: cell.data.late ? "late" : "" }, cell.data.late ? h("i", { className: "late-mark", "aria-hidden": true }, "!") : null, cell.data.due,
    cell.data.late ? h("span", { className: "visually-hidden" }, words("due.late")) : null) : h("span", { className: "dim" }, "—"));
  components.PlainCell = (cell) => (cell.value ? h("span", { className: "plain-cell", title: String(cell.value) }, String(cell.value)) : h("span", { className: "dim" }, "—"));

  const editable = (params) => Boolean(params.data) && bordergap.mayEdit(params.data.pairing);
  Object.assign(functions, {
    bordergapEditable: editable,
    bordergapCellClass: (params) => `${editable(params) ? "can-edit" : ""}${params.colDef.field === "cost_cny" ? " ag-right-aligned-cell" : ""}`.trim(),
    bordergapStatus: (value) => (value ? bordergap.statusText(value) : ""),
    bordergapByStatus: (one, other) => bordergap.STATUSES.indexOf(one) - bordergap.STATUSES.indexOf(other),
  });

  async function drawList(rows, state, changed) {
    const api = await bordergap.fitGrid("ledger-grid", HIDDEN);
    if (api !== grid) {
      grid = api;
      grid.setGridOption("isExternalFilterPresent", () => true);
      grid.setGridOption("doesExternalFilterPass", (node) => passing.has(node.data.id));
      grid.addEventListener("rowDataUpdated", bordergap.syncTicks); // rows that come anew are not ticked
      document.querySelector(".ledger-filters").open = !bordergap.isNarrow() && state.view !== "wall";
    }
    if (changed) take(changed);
    grid.onFilterChanged();
  }

  const take = (rows) => grid && !grid.isDestroyed() && grid.applyTransaction({ update: rows });

  /* Draw what passes, as the view that is asked for; the entry that is chosen beside it. */
  function draw(rows, state, changed) {
    passing = new Set(rows.map((row) => row.id));
    if (document.getElementById("shell").dataset.view !== state.view && state.view === "wall") document.querySelector(".ledger-filters").open = false; // room for the map
    document.getElementById("shell").dataset.view = state.view;
    document.querySelectorAll(".view-tab").forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.view === state.view)));
    drawList(rows, state, changed);
    if (drawers[state.view]) drawers[state.view](rows, state);
    drawEntry(state);
    bordergap.drawBulk();
  }

  /* The chosen gap with its follow-up; closing gives the room back. */
  function drawEntry(state) {
    const aside = document.getElementById("ledger-entry");
    const row = state.gap ? bordergap.ledgerRow(state.gap) : null;
    aside.hidden = !row;
    if (!row) {
      entryShown = "";
      return aside.replaceChildren();
    }
    if (entryShown === `${row.id} ${calls.boot.lang}` && aside.childNodes.length) return;
    const wasOpen = Boolean(entryShown);
    entryShown = `${row.id} ${calls.boot.lang}`;
    const close = el("button", { className: "plain round", "data-act": "ledger-close", "aria-label": words("detail.close"), title: words("detail.close") }, "×");
    const host = el("section", { className: "follow-up" });
    aside.replaceChildren(
      el("header", { className: "detail-head" }, el("span", { className: `mark mark-${row.shape} severity-${row.class}`, "aria-hidden": "true" }),
        el("h2", {}, row.what_text ? `${row.kind_text} · ${row.what_text}` : row.kind_text), el("span", { className: `severity-badge severity-${row.class}` }, row.severity.toFixed(1)), close),
      el("p", { className: "entry-pairing" }, row.pairing_text), el("p", { className: "sentence" }, row.sentence),
      row.there ? el("button", { className: "plain", "data-act": "ledger-place", "data-gap": row.id, "data-pairing": row.pairing }, words("ledger.on_map")) : "",
      host);
    bordergap.followUp(host, { gap: row.id, pairing: row.pairing, members: row.a ? [row.a, row.b] : null });
    aside.scrollTop = 0;
    if (!wasOpen && bordergap.isNarrow()) close.focus();
  }

  Object.assign(bordergap.acts = bordergap.acts || {}, {
    "ledger-close": () => bordergap.go({ gap: "" }),
    "ledger-place": (button) => bordergap.open(button.dataset.pairing, button.dataset.gap),
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || bordergap.now().page !== "ledger" || !bordergap.now().gap || event.target.closest(".ag-cell-inline-editing, .ag-popup, dialog, details[open]")) return;
    bordergap.go({ gap: "" });
  });

  /* A cell that is not for changing opens the entry. */
  const picks = (bordergap.picks = bordergap.picks || {});
  picks["ledger-grid.cellClicked"] = function (clicked) {
    if (!clicked || bordergap.now().page !== "ledger") return none();
    const row = bordergap.ledgerRow(clicked.rowId);
    if (!row || clicked.colId === "ag-Grid-SelectionColumn") return none();
    const changes = ["status", "lead", "due", "todo", "cost_cny"].includes(clicked.colId) && bordergap.mayEdit(row.pairing);
    if (!changes) bordergap.go({ gap: row.id }, !bordergap.now().gap);
    return none();
  };

  /* A cell was changed in place: kept at once. A value that cannot be one puts the old one back. */
  picks["ledger-grid.cellValueChanged"] = function (events) {
    (events || []).forEach(({ rowId, colId, value, oldValue }) => {
      const row = bordergap.ledgerRow(rowId);
      const after = value === "" || value === undefined ? null : value;
      if (!row || bordergap.sameValue(after, oldValue ?? null)) return;
      bordergap.ledger.change(rowId, { [colId]: after }, row.version);
      tellFate(rowId);
    });
    return none();
  };

  /* What becomes of a change made outside the entry's own form: it is said; a conflict opens the form. */
  function tellFate(id) {
    const stop = bordergap.ledger.listen((changed) => {
      const state = changed === id ? bordergap.ledger.state(id).state : "saving";
      if (["saving", "merging", "idle"].includes(state)) return;
      stop();
      const problem = bordergap.ledger.state(id).problems[0];
      if (state === "refused") bordergap.ledger.discard(id);
      say(state === "refused" && problem ? problem.message : words(state === "saved" ? "save.done" : `save.${state}`));
      if (["conflict", "failed"].includes(state)) bordergap.go({ gap: id });
    });
  }
  function say(text) {
    bordergap.tellText(text);
  }

  Object.assign(bordergap, { drawLedger: draw, takeRows: take, tellFate, gridOfLedger: () => grid });
})();
