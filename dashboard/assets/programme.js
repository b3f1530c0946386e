/* The programme: a scoreboard of pairings whose every number shows the items it is made of. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const none = () => window.dash_clientside.no_update;
  const el = (...given) => bordergap.element(...given);
  const HIDDEN = ["pairing_text", "kind_text", "status_text", "count", "time"];

  components.ItemCell = function (cell) {
    const h = (tag, properties, ...children) => window.React.createElement(tag, properties, ...children);
    const row = cell.data;
    const about = [row.part_of, row.sector, row.parties, row.shares, row.source].filter(Boolean).join(" · ");
    return h("span", { className: `two-lines${row.is_part ? " part" : ""}`, title: `${row.title}\n${about}` },
      h("span", { className: "line-one" }, h("span", { className: "line-text" }, row.title),
        row.provenance && row.provenance !== "measured" ? h("span", { className: "badge" }, row.provenance_short) : null,
        row.at ? h("button", { className: "link small", "data-act": "place", "data-pairing": row.pairing, "data-place": row.at.join(","), "data-title": row.title }, cell.map) : null),
      h("span", { className: "line-two" }, h("span", { className: "line-text" }, about)));
  };

  calls.programme = async function (state, boot, before) {
    if (state.page !== "programme" || (before && before.lang === boot.lang && !before.failed)) return none();
    try {
      return Object.assign(await bordergap.body(boot.addresses.programme), { lang: boot.lang });
    } catch (error) {
      return { failed: true, lang: boot.lang };
    }
  };

  /* A number that shows the rows it is made of. */
  const traced = (label, number, pairing, item) =>
    el("button", { className: "traced", "data-act": "items", "data-pairing": pairing, "data-item": item, "aria-label": label }, number);

  function board(boot, body) {
    const words = boot.words;
    const head = el("tr", {}, el("th", { scope: "col" }, words["column.pairing"]), body.kinds.map((kind) => el("th", { scope: "col" }, kind.label)), el("th", { scope: "col" }, words["programme.column.amount"]));
    const rows = body.board.map((row) => el("tr", {}, el("th", { scope: "row" }, traced(row.name, row.name, row.pairing, "")),
      body.kinds.map((kind) => el("td", {}, kind.value in row.counts ? traced(`${row.name} · ${kind.label}: ${row.counts[kind.value]}`, row.counts[kind.value], row.pairing, kind.value) : "—")),
      el("td", {}, row.amount_text ? traced(`${row.name} · ${row.amount_text}`, row.amount_text, row.pairing, "") : "—")));
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

  const empty = (boot, body) => [el("p", { className: "empty" }, boot.words["programme.empty"]), el("p", {}, boot.words["programme.columns"]),
    el("p", {}, body.columns.flatMap((name) => [el("code", {}, name), " "]))];

  let drawn = null;
  calls.programmed = function (state, body, boot) {
    if (!body || state.page !== "programme") return new Array(7).fill(none());
    if (body.failed) {
      bordergap.fill("programme-empty", bordergap.failedPart(boot, "programme"));
      return [true, ...new Array(6).fill(none())];
    }
    if (drawn !== body) {
      bordergap.fill("programme-empty", ...(body.items.length ? [] : empty(boot, body)));
      bordergap.fill("programme-board", ...(body.items.length ? board(boot, body) : []));
      bordergap.fill("programme-rates", ...rates(boot, body));
      drawn = body;
    }
    bordergap.fitGrid("programme-grid", HIDDEN);
    const pairings = body.board.map((row) => ({ value: row.pairing, label: row.name }));
    const rows = body.items.filter((row) => (!state.pairing || row.pairing_of === state.pairing) && (!state.item || row.kind === state.item))
      .map((row) => Object.assign({ provenance_short: boot.words[`badge.${row.provenance}`] }, row));
    const said = rows.length === body.items.length ? bordergap.say(boot, "programme.count", { count: rows.length })
      : bordergap.say(boot, "programme.count_of", { count: rows.length, all: body.items.length });
    return [!body.items.length, rows, said, pairings, bordergap.give("programme-pairing", state.pairing || null), body.kinds, bordergap.give("programme-item", state.item || null)];
  };

  const isHere = () => bordergap.now().page === "programme";
  calls.pickProgrammePairing = function (value) {
    if (isHere() && bordergap.isChosen("programme-pairing", value)) bordergap.go({ pairing: value || "" });
  };
  calls.pickProgrammeItem = function (value) {
    if (isHere() && bordergap.isChosen("programme-item", value)) bordergap.go({ item: value || "" });
  };

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
