/* The programme: a scoreboard of pairings whose every number shows the items it is made of. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const none = () => window.dash_clientside.no_update;
  const el = (...given) => bordergap.element(...given);
  const say = (boot, key, values) => bordergap.say(boot, key, values);
  const HIDDEN = ["pairing_text", "kind_text", "status_text", "count", "time"];

  components.ItemCell = function (cell) {
    const h = (tag, properties, ...children) => window.React.createElement(tag, properties, ...children);
    const row = cell.data;
    const about = [row.part_of_text, row.sector_text, row.parties_text, row.shares_text, row.source_text].filter(Boolean).join(" · ");
    return h("span", { className: `two-lines${row.is_part ? " part" : ""}`, title: `${row.title}\n${about}` },
      h("span", { className: "line-one" }, h("span", { className: "line-text" }, row.title),
        row.provenance && row.provenance !== "measured" ? h("span", { className: "badge" }, row.provenance_short) : null,
        row.at ? h("button", { className: "link small", "data-act": "place", "data-pairing": row.pairing, "data-place": row.at.join(","), "data-title": row.title }, cell.map) : null),
      h("span", { className: "line-two" }, h("span", { className: "line-text" }, about)));
  };

  let now = { model: [], pairings: [], rows: [], edits: [] }; // what the page knows

  /* The model and the pairings come once a run, the items as they stand. */
  calls.programme = async function (state, boot, before) {
    if (!state || (before && before.lang === boot.lang && !before.failed)) return none();
    try {
      const [model, items] = await Promise.all([bordergap.body(boot.addresses.programme), bordergap.body(`programme/items?lang=${boot.lang}`)]);
      bordergap.items.resume(items.person);
      return Object.assign(model, items, { lang: boot.lang });
    } catch (error) {
      return { failed: true, lang: boot.lang };
    }
  };

  /* The items anew, after a change. */
  async function reload() {
    const body = await bordergap.body(`programme/items?lang=${calls.boot.lang}`);
    const data = Object.assign({}, now.body, body);
    window.dash_clientside.set_props("programme-data", { data });
    now = known(data);
  }
  const known = (body) => ({ body, model: body.model, pairings: body.pairings, rows: body.items, edits: body.edits });
  const mayEdit = (pairing) => now.edits === true || now.edits.includes(pairing);

  /* A number that shows the rows it is made of. */
  const traced = (label, number, pairing, item) =>
    el("button", { className: "traced", "data-act": "items", "data-pairing": pairing, "data-item": item, "aria-label": label }, number);

  function board(boot, body) {
    const words = boot.words;
    const head = el("tr", {}, el("th", { scope: "col" }, words["column.pairing"]), body.kinds.map((kind) => el("th", { scope: "col" }, kind.label)), ["amount", "next", "progress"].map((name) => el("th", { scope: "col" }, words[`programme.column.${name}`])));
    const rows = body.board.map((row) => el("tr", {}, el("th", { scope: "row" }, traced(row.name, row.name, row.pairing, "")),
      body.kinds.map((kind) => el("td", {}, kind.value in row.counts ? traced(`${row.name} · ${kind.label}: ${row.counts[kind.value]}`, row.counts[kind.value], row.pairing, kind.value) : "—")),
      el("td", {}, row.amount_text ? traced(`${row.name} · ${row.amount_text}`, row.amount_text, row.pairing, "") : "—"),
      el("td", { className: row.next && row.next < bordergap.today() ? "late" : "" }, row.next ? bordergap.sayDay(row.next) : "—"), el("td", {}, row.progress === null ? "—" : `${Math.round(row.progress)}%`)));
    return [el("h2", {}, words["programme.board"]), el("p", { className: "about" }, words["programme.board_about"]),
      el("div", { className: "board-scroll" }, el("table", { className: "board" }, el("thead", {}, head), el("tbody", {}, rows)))];
  }

  function rates(boot, body) {
    if (!body.rates.length) return [];
    const words = boot.words;
    const heads = ["part", "whole", "sum", "value", "source"].map((name) => el("th", { scope: "col" }, words[`programme.rate.${name}`]));
    return [el("h2", {}, words["programme.rates"]), el("p", { className: "about" }, words["programme.rates_about"]),
      el("div", { className: "board-scroll" }, el("table", { className: "board rates" }, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, body.rates.map((row) =>
        el("tr", {}, el("th", { scope: "row" }, row.part), el("td", {}, row.whole), el("td", {}, row.sum), el("td", { className: "rate" }, row.value), el("td", {}, row.source))))))];
  }

  const empty = (boot, body) => [el("p", { className: "empty" }, boot.words["programme.empty"]), addButton(boot), el("p", {}, boot.words["programme.columns"]),
    el("p", {}, body.columns.flatMap((name) => [el("code", {}, name), " "]))];

  const addButton = (boot, kind, pairing) => (now.edits === true || now.edits.length ? el("button", { className: "plain primary", "data-act": "item-new", "data-kind": kind || "", "data-pairing": pairing || "" }, boot.words["item.add_new"]) : null);

  let drawn = null;
  let listed = []; // what passes the filters
  calls.programmed = function (state, body, boot) {
    if (!state || !body || !isHere()) return new Array(5).fill(none());
    if (body.failed) {
      bordergap.fill("programme-empty", bordergap.failed(boot, "programme"));
      bordergap.hide("programme-some", true);
      return new Array(5).fill(none());
    }
    now = known(body);
    if (drawn !== body) {
      bordergap.fill("programme-empty", ...(body.items.length ? [] : empty(boot, body)));
      bordergap.fill("programme-add", addButton(boot));
      bordergap.fill("programme-board", ...(body.items.length ? board(boot, body) : []));
      bordergap.fill("programme-rates", ...rates(boot, body));
      drawn = body;
    }
    bordergap.drawSheet(boot, body, state);
    bordergap.fitGrid("programme-grid", HIDDEN);
    const pairings = body.pairings.filter(([, , kind]) => kind !== "adjacent").concat(body.pairings.filter(([id, , kind]) => kind === "adjacent" && body.board.some((row) => row.pairing === id)))
      .map(([value, label]) => ({ value, label })).concat(body.board.filter((row) => !body.pairings.some(([id]) => id === row.pairing)).map((row) => ({ value: row.pairing, label: row.name })));
    const rows = body.items.filter((row) => (!state.pairing || row.pairing_of === state.pairing) && (!state.item || row.kind === state.item))
      .map((row) => Object.assign({ provenance_short: boot.words[`badge.${row.provenance}`] }, row));
    const said = rows.length === body.items.length ? say(boot, "programme.count", { count: rows.length })
      : say(boot, "programme.count_of", { count: rows.length, all: body.items.length });
    listed = rows;
    bordergap.showItem(state);
    bordergap.resumeItem();
    bordergap.fill("programme-count", said);
    bordergap.hide("programme-some", !body.items.length);
    return [rows, pairings, bordergap.give("programme-pairing", state.pairing || null), body.kinds, bordergap.give("programme-item", state.item || null)];
  };
  const picks = (bordergap.picks = bordergap.picks || {});
  picks["programme-grid.cellClicked"] = function (clicked) {
    if (clicked && bordergap.now().page === "programme") bordergap.go({ entry: clicked.rowId }, true);
  };

  const isHere = () => bordergap.now().page === "programme";
  picks["programme-pairing.value"] = function (value) {
    if (isHere() && bordergap.isChosen("programme-pairing", value)) bordergap.go({ pairing: value || "" });
  };
  picks["programme-item.value"] = function (value) {
    if (isHere() && bordergap.isChosen("programme-item", value)) bordergap.go({ item: value || "" });
  };

  Object.assign(bordergap, { programmeNow: () => now, programmeShown: () => listed, mayEditItems: mayEdit, reloadProgramme: reload });
  Object.assign(bordergap.acts = bordergap.acts || {}, {
    items: (button) => {
      bordergap.go({ pairing: button.dataset.pairing, item: button.dataset.item }, true);
      document.querySelector(".programme-list").scrollIntoView({ block: "start" });
    },
    /* Where an item is, on the map of its pairing. */
    place: (button) => {
      const at = button.dataset.place.split(",").map(Number);
      if (button.dataset.pairing) bordergap.open(button.dataset.pairing, "", at);
      else bordergap.go({ page: "overview", pairing: "", item: "", at }, true);
    },
  });
})();
