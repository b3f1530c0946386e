/* One pairing's programme at a glance: how its members meet, what they build and pay together, side by side. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  /* Part of the sheet -> its kinds, and of each the fields that stand in columns. */
  const PARTS = {
    mechanisms: { meeting: ["last", "next", "rhythm", "chair", "status"], working_group: ["last", "next", "rhythm", "parties", "status"], department_pair: ["party_a", "party_b", "last", "next", "status"] },
    projects: { project: ["amount_cny", "shares", "status", "progress", "start", "end"] },
    parks: { park: ["status", "amount_cny", "shares", "tax_shares", "area_ha"], enclave: ["host", "sender", "status", "tax_shares", "area_ha"] },
    people: { paired_institution: ["party_a", "party_b", "sector", "count", "status"], exchange: ["direction", "count", "posts", "start", "end"] },
    money: { compensation: ["amount_cny", "payer", "payee", "basis", "start"], fund: ["amount_cny", "paid_cny", "shares", "start"] },
    enterprises: { enterprise: ["sector", "place", "needs", "offers", "matched"], jobs: ["count", "start", "source"] },
  };
  const RIGHT = ["number", "money", "percent"];

  /* Shares as a bar in the colours of the sides, and in words. */
  function sharesBar(field, value) {
    if (!value || typeof value !== "object") return value || "—";
    const ids = Object.keys(field.members);
    const of = (id) => ids.indexOf(id);
    return el("span", { className: "share-cell" },
      el("span", { className: "share-bar", "aria-hidden": "true" }, Object.entries(value).map(([id, share]) => el("i", { className: ids.length === 2 ? `share-${"ab"[of(id)]}` : "", style: { width: `${100 * share}%` } }))),
      el("span", {}, bordergap.valueText(field, value)));
  }

  function cell(row, field) {
    const value = row.values[field.name];
    if (field.type === "shares") return sharesBar(field, value);
    if (field.name === "sector") return row.sector_text || "—";
    if (field.name === "status") return row.status_text || "—";
    if (field.name === "parties") return row.parties_text || "—";
    if (field.type === "percent" && value !== null && value !== undefined) return el("span", { className: "progress-cell" }, el("span", { className: "progress-track" }, el("i", { style: { width: `${value}%` } })), `${bordergap.sayNumber(value)}%`);
    if (field.name === "next" && value && value < bordergap.today()) return el("span", { className: "late" }, el("i", { className: "late-mark", "aria-hidden": "true" }, "!"), bordergap.sayDay(value));
    return bordergap.valueText(field, value);
  }

  function table(body, kind, names, rows, members) {
    const spec = body.model.find((each) => each.kind === kind);
    const fields = names.map((name) => Object.assign({ members }, spec.fields.find((field) => field.name === name)));
    const right = (field) => (RIGHT.includes(field.type) ? "right" : "");
    const label = (field) => (field.unit ? words("report.in_unit", { what: field.label, unit: words(field.unit === "CNY" ? "unit.cny" : `unit.${field.unit}`) }) : field.label);
    return el("div", { className: "board-scroll" }, el("table", { className: "board sheet-table" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, spec.label, " ", el("span", { className: "count" }, String(rows.length))), fields.map((field) => el("th", { scope: "col", className: right(field) }, label(field))))),
      el("tbody", {}, rows.map((row) => el("tr", { className: row.is_part ? "is-part" : "" }, el("th", { scope: "row" }, el("button", { className: "traced", "data-act": "item-open", "data-id": row.id }, row.title), row.part_of_text ? el("span", { className: "row-note" }, row.part_of_text) : null),
        fields.map((field) => el("td", { className: right(field) }, cell(row, field))))))));
  }

  function part(body, name, kinds, rows, members, pairing) {
    const tables = Object.entries(kinds).map(([kind, names]) => [kind, names, rows.filter((row) => row.kind === kind)]).filter(([, , own]) => own.length);
    const missing = Object.keys(kinds).filter((kind) => !rows.some((row) => row.kind === kind));
    const add = bordergap.mayEditItems(pairing) ? missing.map((kind) => el("button", { className: "link small", "data-act": "item-new", "data-kind": kind, "data-pairing": pairing }, `+ ${body.model.find((each) => each.kind === kind).label}`)) : [];
    return el("section", { className: "sheet-part" }, el("header", {}, el("h3", {}, words(`programme.part.${name}`)), tables.length ? null : el("span", { className: "count" }, words("programme.part.none")), add),
      tables.map(([kind, names, own]) => table(body, kind, names, own, members)));
  }

  let asked = "";
  /* Indicators of the members side by side, as the pairing page has them. */
  async function sideBySide(boot, pairing, place, members) {
    const own = (asked = `${pairing} ${boot.lang}`);
    let found;
    try {
      found = await bordergap.body(`${boot.addresses.pairing}?${new URLSearchParams({ id: pairing })}`);
    } catch (error) {
      return place.replaceChildren(el("p", { className: "about" }, boot.words["again.compare"]));
    }
    if (asked !== own || !found.comparison.length) return;
    const names = Object.values(members);
    const rows = found.comparison.map((row) => el("tr", {}, el("th", { scope: "row" }, row.label, row.mark ? el("span", { className: "badge" }, row.mark) : null),
      "value" in row ? el("td", { colspan: "2", className: "right" }, row.value) : [el("td", { className: "right" }, row.a || "—"), el("td", { className: "right" }, row.b || "—")]));
    place.replaceChildren(el("header", {}, el("h3", {}, boot.words["comparison.title"])), el("div", { className: "board-scroll" }, el("table", { className: "board sheet-table" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, ""), ["a", "b"].map((side, i) => el("th", { scope: "col", className: "right" }, el("i", { className: `dot side-${side}` }), names[i] || "")))), el("tbody", {}, rows))));
  }

  /* The sheet of the pairing that is chosen; none is drawn for all of them. */
  function drawSheet(boot, body, state) {
    const place = document.getElementById("programme-sheet");
    const found = body.pairings.find(([id]) => id === state.pairing);
    document.getElementById("programme").classList.toggle("chosen", Boolean(found));
    if (!found) return place.replaceChildren();
    const [id, name, , pairs] = found;
    const members = Object.fromEntries(pairs);
    const rows = body.items.filter((row) => row.pairing_of === id && (!state.item || row.kind === state.item));
    // The list below is for kinds that have no table here.
    const told = new Set(Object.values(PARTS).flatMap((kinds) => Object.keys(kinds)));
    document.getElementById("programme").classList.toggle("told", rows.every((row) => told.has(row.kind)));
    const parts = Object.entries(PARTS).filter(([, kinds]) => !state.item || state.item in kinds);
    const compared = el("section", { className: "sheet-part" });
    place.replaceChildren(el("header", { className: "programme-head" }, el("h2", {}, name),
      pairs.length === 2 ? pairs.map(([, member], i) => el("span", { className: "count" }, el("i", { className: `dot side-${"ab"[i]}` }), member)) : el("span", { className: "count" }, words("pairing.members", { count: pairs.length }))),
      ...parts.map(([key, kinds]) => part(body, key, kinds, rows, members, id)), compared);
    if (!state.item) sideBySide(boot, id, compared, members);
  }

  Object.assign(bordergap, { drawSheet });
})();
