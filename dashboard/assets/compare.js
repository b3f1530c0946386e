/* Members side by side: a dot for each, the gap between two of them drawn and told; and the matrix of a group. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const functions = (window.dashMantineFunctions = window.dashMantineFunctions || {});
  const none = () => window.dash_clientside.no_update;
  const MEASURES = { worst: "severity", share: "share", gaps: "gaps", people: "people" };
  const FEW = 12; // members of a matrix whose cells have room for numbers
  let shown = null; // what is drawn

  const el = (...given) => bordergap.element(...given);
  const fill = (...given) => bordergap.fill(...given);
  const at = (place) => ({ left: `${(100 * place).toFixed(2)}%` });

  calls.compare = async function (state, boot, before) {
    if (!state) return none();
    const query = new URLSearchParams({ id: state.pairing, one: state.one, other: state.other }).toString();
    if (before && before.query === query && before.lang === boot.lang && !before.failed) return none();
    try {
      return Object.assign(await bordergap.body(`${boot.addresses.compare}?${query}`), { query, lang: boot.lang });
    } catch (error) {
      return { query, lang: boot.lang, missing: error.message === "404", failed: error.message !== "404" };
    }
  };

  /* The track of one indicator: all members, grey; those picked in blue and orange, the gap between them as a line. */
  function track(body, group, row) {
    const picked = body.picked.map((id) => body.members.findIndex((member) => member.id === id));
    const both = picked.length === 2 && picked.every((place) => place >= 0 && row.at[place] !== null);
    const ends = both ? picked.map((place) => row.at[place]).sort((a, b) => a - b) : null;
    const known = row.at.filter((place) => place !== null);
    const spread = body.members.length > 2 && known.length ? [Math.min(...known), Math.max(...known)] : null;
    const line = (className, [from, to]) => el("i", { className, style: { left: `${100 * from}%`, width: `${100 * (to - from)}%` } });
    const dots = row.at.map((place, i) => (place === null || picked.includes(i) ? null : el("i", { className: "point", style: at(place), title: `${body.members[i].name} ${row.texts[i]}` })));
    const mine = picked.map((i, k) => (i < 0 || row.at[i] === null ? null
      : el("i", { className: `point point-${"ab"[k]}`, style: at(row.at[i]), title: `${body.members[i].name} ${row.texts[i]}` })));
    return el("div", { className: "track", "aria-hidden": "true" },
      group.ticks.map((tick) => el("i", { className: "grid-line", style: at(tick.at) })),
      spread ? line("span", spread) : null, dots, ends ? line("gap-line", ends) : null, mine);
  }

  function valueCell(body, row, place, side, boot) {
    if (place === null || place < 0) return el("td", { className: "value" });
    const better = row.better !== null && body.picked[row.better] === body.members[place].id;
    return el("td", { className: `value value-${side}` },
      el("span", { className: "value-text" }, row.texts[place]),
      better ? el("span", { className: "better" }, boot.words["compare.better"]) : null);
  }

  function indicatorRow(boot, body, group, row) {
    const places = body.picked.map((id) => body.members.findIndex((member) => member.id === id));
    const many = body.members.length > 2;
    const notes = [row.missing, row.source ? bordergap.say(boot, "compare.source", { source: row.source }) : ""].filter(Boolean);
    const name = el("th", { scope: "row" }, row.label, row.mark ? el("span", { className: "badge" }, row.mark) : null,
      notes.length ? el("span", { className: "row-note" }, notes.join(" · ")) : null);
    const told = places.every((place) => place >= 0);
    const extreme = (place) => (place === null ? "—" : [body.members[place].name, el("b", {}, row.texts[place])]);
    const middle = el("td", { className: "middle" }, track(body, group, row), row.said ? el("div", { className: "said" }, row.said) : null);
    if (!many) return el("tr", {}, name, valueCell(body, row, places[0], "a", boot), middle, valueCell(body, row, places[1], "b", boot));
    return el("tr", {}, name,
      told ? valueCell(body, row, places[0], "a", boot) : el("td", { className: "extreme" }, extreme(row.least)), middle,
      told ? valueCell(body, row, places[1], "b", boot) : el("td", { className: "extreme" }, extreme(row.most)),
      ["max_min", "gini", "theil"].map((name_) => el("td", { className: "spread" }, row.spread[name_] || "—")));
  }

  function groupTable(boot, body, group) {
    const many = body.members.length > 2;
    const told = body.picked.every(Boolean);
    const head = (side, place) => el("th", { scope: "col", className: `value value-${side}` }, el("i", { className: `dot side-${side}` }), (body.members.find((member) => member.id === body.picked[place]) || {}).name || "");
    const words = boot.words;
    const heads = [el("th", { scope: "col" }, words["compare.indicator"]),
      told ? head("a", 0) : el("th", { scope: "col", className: "extreme" }, words["compare.least"]),
      el("th", { scope: "col", className: "middle" }, el("span", { className: "visually-hidden" }, words["compare.gap"]),
        el("div", { className: "axis", "aria-hidden": "true" }, group.ticks.map((tick) => el("span", { style: at(tick.at) }, tick.text)))),
      told ? head("b", 1) : el("th", { scope: "col", className: "extreme" }, words["compare.most"]),
      many ? ["max_min", "gini", "theil"].map((name) => el("th", { scope: "col", className: "spread" }, words[`compare.spread.${name}`])) : null];
    const about = [group.unit, group.better, bordergap.say(boot, "compare.basis", { layers: group.basis })].filter(Boolean).join(" · ");
    return el("section", { className: "compare-group" },
      el("h2", {}, group.title, el("span", { className: "count" }, about)),
      el("div", { className: "compare-scroll" }, el("table", { className: `compare-table${many ? " many" : ""}` },
        el("thead", {}, el("tr", {}, heads)), el("tbody", {}, group.rows.map((row) => indicatorRow(boot, body, group, row))))));
  }

  /* Industries of the two picked: how much of what their parks name, to either side. */
  function industries(boot, body) {
    const words = boot.words;
    const names = body.picked.map((id) => body.members.find((member) => member.id === id).name);
    const most = Math.max(...body.parks.industries.flatMap((row) => row.shares), 0.01);
    const bar = (row, k) => el("td", { className: `mix mix-${"ab"[k]}` },
      el("i", { className: `mix-bar side-${"ab"[k]}`, style: { width: `calc((100% - 116px) * ${(row.shares[k] / most).toFixed(4)})` } }), el("span", { className: "mix-text" }, row.texts[k]));
    const head = (k) => el("th", { scope: "col", className: `mix mix-${"ab"[k]}` }, el("i", { className: `dot side-${"ab"[k]}` }), names[k]);
    const rows = body.parks.industries.map((row) => el("tr", {}, bar(row, 0),
      el("th", { scope: "row", className: "mix-name" }, row.name, row.shared ? el("span", { className: "row-note" }, words["compare.industry_shared"]) : null), bar(row, 1)));
    const table = rows.length ? el("table", { className: "compare-table mixes" },
      el("thead", {}, el("tr", {}, head(0), el("th", { scope: "col", className: "mix-name" }, words["compare.industry"]), head(1))), el("tbody", {}, rows))
      : el("p", { className: "empty" }, words["compare.no_industries"]);
    const told = body.parks.difference ? el("p", { className: "mix-said" }, el("b", {}, bordergap.say(boot, "compare.industries_index", { index: body.parks.difference })), " ", body.parks.about) : null;
    return el("section", { className: "compare-group" },
      el("h2", {}, words["compare.industries"], body.parks.mark ? el("span", { className: "badge" }, body.parks.mark) : null, el("span", { className: "count" }, words["compare.industries_about"])), told, table);
  }

  /* The parks behind them, each member's own. */
  function parks(boot, body) {
    const words = boot.words;
    const list = (rows, k) => el("div", { className: "park-list" },
      el("h3", {}, el("i", { className: `dot side-${"ab"[k]}` }), bordergap.say(boot, "compare.parks_of", { name: body.members.find((member) => member.id === body.picked[k]).name, count: rows.length })),
      rows.length ? el("div", { className: "park-scroll", tabindex: "0" }, el("table", { className: "compare-table" }, el("tbody", {}, rows.map((row) => el("tr", {},
        el("th", { scope: "row" }, row.name, row.together ? el("span", { className: "badge measured" }, words["compare.together_built"]) : null, row.mark ? el("span", { className: "badge" }, row.mark) : null,
          el("span", { className: "row-note" }, row.industries)),
        el("td", {}, row.status || words.unknown)))))) : el("p", { className: "empty" }, words["compare.no_parks"]));
    return el("section", { className: "compare-group" }, el("h2", {}, words["compare.parks"]), el("div", { className: "park-lists" }, body.parks.lists.map(list)));
  }

  function members(boot, body) {
    const parts = [];
    if (body.together.length) {
      parts.push(el("dl", { className: "facts compare-facts" }, body.together.map((fact) =>
        el("div", {}, el("dt", {}, fact.label), el("dd", {}, fact.value, fact.mark ? el("span", { className: "badge" }, fact.mark) : null)))));
    }
    if (body.id !== "*") parts.push(el("button", { className: "link small", "data-act": "open", "data-pairing": body.id }, `${boot.words["compare.open"]} →`));
    if (!body.groups.length) parts.push(el("p", { className: "empty" }, boot.words[body.choices.length ? "compare.no_rows" : "compare.empty"]));
    else if (body.members.length > 2 && !body.picked.every(Boolean)) parts.push(el("p", { className: "about" }, boot.words["compare.pick_hint"]));
    parts.push(...body.groups.map((group) => groupTable(boot, body, group)));
    if (body.parks) parts.push(industries(boot, body), parks(boot, body));
    if (body.members.length > 2 && body.groups.length) parts.push(el("p", { className: "about" }, boot.words["compare.spread_about"]));
    return parts;
  }

  /* --- the matrix ------------------------------------------------------------------------------------------------ */

  function legend(boot, measure) {
    const steps = boot.words[`legend.${MEASURES[measure]}_steps`].split("|");
    return [
      el("div", { className: "legend-title" }, el("span", { className: "legend-item" }, el("span", { className: "swatch none" }), boot.words[boot.bare ? "legend.nothing_computed" : "compare.no_finding"])),
      el("div", { className: "ramp" }, steps.map((_, i) => el("span", { className: `swatch severity-${i}` }))),
      el("div", { className: "ramp-steps" }, steps.map((step) => el("span", {}, step))),
    ];
  }

  function matrix(boot, body, measure) {
    const order = body.matrix.order;
    const few = order.length <= FEW;
    const found = new Map();
    body.matrix.cells.forEach((cell) => {
      found.set(`${cell.at[0]} ${cell.at[1]}`, cell);
      found.set(`${cell.at[1]} ${cell.at[0]}`, cell);
    });
    const name = (place) => body.members[place].name;
    let first = true;
    const cellOf = (row, column) => {
      const cell = found.get(`${row} ${column}`);
      if (!cell) return el("td", { className: row === column ? "same" : null });
      const said = `${name(row)} — ${name(column)}: ${boot.words[`compare.cell.${measure}`]} ${cell.texts[measure]}`;
      const level = cell.classes[measure];
      const button = el("button", { className: `cell ${level < 0 ? "clear" : `severity-${level}`}`, title: said, "aria-label": said, "data-act": "open", "data-pairing": cell.id, tabindex: first ? "0" : "-1" },
        few ? cell.texts[measure] : null);
      first = false;
      return el("td", {}, button);
    };
    return el("table", { className: `matrix ${few ? "few" : "many"}` },
      el("thead", {}, el("tr", {}, el("td", {}), order.map((place) => el("th", { scope: "col", title: name(place) }, el("span", {}, name(place)))))),
      el("tbody", {}, order.map((row) => el("tr", {}, el("th", { scope: "row", title: name(row) }, name(row)), order.map((column) => cellOf(row, column))))));
  }

  /* One stop for Tab, arrows within: to the next cell that holds a pair. */
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest && event.target.closest(".matrix .cell");
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!cell || !step) return;
    event.preventDefault();
    const rows = [...cell.closest("tbody").rows];
    let row = cell.closest("tr").sectionRowIndex;
    let column = cell.closest("td").cellIndex;
    for (;;) {
      row += step[0];
      column += step[1];
      if (!rows[row] || !rows[row].cells[column]) return;
      const next = rows[row].cells[column].querySelector(".cell");
      if (!next) continue;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      return;
    }
  });

  /* --- drawing --------------------------------------------------------------------------------------------------- */

  calls.compared = function (state, body, boot) {
    if (!state || !body || !isHere()) return new Array(7).fill(none());
    const words = boot.words;
    if (body.missing || body.failed) {
      fill("compare-members", body.failed ? bordergap.failed(boot, "compare") : el("p", { className: "empty" }, words["pairing.missing_hint"]));
      fill("compare-sources");
      fill("compare-name", words[body.failed ? "nav.compare" : "pairing.missing"]);
      bordergap.hide("compare-pairs", true);
      shown = body;
      return [none(), none(), [], null, [], null, none()];
    }
    if (shown !== body) fill("compare-members", ...members(boot, body));
    if (body.matrix) {
      fill("compare-matrix", matrix(boot, body, state.cell));
      fill("compare-legend", ...legend(boot, state.cell));
    }
    if (shown !== body) {
      fill("compare-sources", body.sources.length ? el("h2", {}, words["compare.sources"]) : null, el("ul", {}, body.sources.map((each) =>
        el("li", {}, el("b", {}, each.layer), ` ${each.source}`, each.provenance && each.provenance !== "measured" ? el("span", { className: "badge" }, words[`badge.${each.provenance}`]) : null))));
    }
    shown = body;
    fill("compare-name", body.name);
    bordergap.hide("compare-pairs", !body.matrix);
    document.getElementById("compare").classList.toggle("is-pair", body.members.length === 2 || !body.groups.length);
    const options = body.members.map((member) => ({ value: member.id, label: member.name }));
    return [body.choices, bordergap.give("compare-choice", body.id), options, bordergap.give("compare-one", body.picked[0] || null),
      options, bordergap.give("compare-other", body.picked[1] || null), bordergap.give("compare-cell", state.cell)];
  };

  /* Members answer to Chinese, pinyin and English as districts do. */
  functions.memberOptions = ({ options, search }) => bordergap.amongDistricts(options, search);

  const isHere = () => bordergap.now().page === "compare";
  const picks = (bordergap.picks = bordergap.picks || {});
  picks["compare-choice.value"] = function (value) {
    if (value && isHere() && bordergap.isChosen("compare-choice", value)) bordergap.go({ pairing: value, one: "", other: "" }, true);
  };
  picks["compare-one.value"] = function (value) {
    if (isHere() && bordergap.isChosen("compare-one", value)) bordergap.go({ one: value || "" });
  };
  picks["compare-other.value"] = function (value) {
    if (isHere() && bordergap.isChosen("compare-other", value)) bordergap.go({ other: value || "" });
  };
  picks["compare-cell.value"] = function (value) {
    if (value && isHere() && bordergap.isChosen("compare-cell", value)) bordergap.go({ cell: value });
  };
  (bordergap.acts = bordergap.acts || {}).compare = (button) => bordergap.go({ page: "compare", pairing: button.dataset.pairing, gap: "", one: "", other: "" }, true);
})();
