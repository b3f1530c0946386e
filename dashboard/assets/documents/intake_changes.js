/* What an import changes of a layer: counts, a map, rows beside each other; and a way back to the version before. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const KINDS = ["added", "removed", "moved", "altered"];
  const FEW = 5; // rows of a list that is open from the start
  const SHOWN = 4; // fields told of what comes or goes
  const KM_M = 1000;
  const amount = (number, options) => new Intl.NumberFormat(calls.boot.lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 20, ...options }).format(number);

  function distance(metres) {
    const far = metres >= KM_M;
    const digits = far || metres < 1 ? 2 : 0;
    return words(far ? "changes.km" : "changes.m", { count: amount(far ? metres / KM_M : metres, { maximumFractionDigits: digits }) });
  }

  /* A value as it is: to the last digit, by which two may differ; years are no amounts. */
  function said(value, field) {
    if (value === null || value === undefined) return words("changes.unknown");
    if (typeof value === "boolean") return words(value ? "changes.yes" : "changes.no");
    const named = field === "provenance" ? calls.boot.provenances : calls.boot.things;
    return named[value] || (typeof value === "number" ? amount(value, { useGrouping: field !== "year" }) : String(value));
  }

  function told(row) {
    const parts = row.moved_m === null || row.moved_m === undefined ? [] : [words("changes.moved_by", { distance: distance(row.moved_m) })];
    const fields = ["added", "removed"].includes(row.change) ? row.fields.slice(0, SHOWN) : row.fields;
    fields.forEach(({ name, before, after }) => {
      const label = words(`field.${name}`);
      if (row.change === "added") parts.push(words("changes.is", { field: label, value: said(after, name) }));
      else if (row.change === "removed") parts.push(words("changes.is", { field: label, value: said(before, name) }));
      else parts.push(words("changes.from_to", { field: label, before: said(before, name), after: said(after, name) }));
    });
    return parts;
  }

  function table(rows) {
    return el("div", { className: "board-scroll" }, el("table", { className: "evidence intake-table changes-table" }, el("tbody", {}, rows.map((row) => el("tr", {},
      el("th", { scope: "row" }, row.name === null ? row.id || "" : said(row.name), row.name !== null && row.id ? el("span", { className: "row-note" }, row.id) : null),
      el("td", {}, told(row).map((part) => el("div", {}, part))))))));
  }

  /* Draw a difference as the server tells it; nothing that differs is a sentence. */
  function draw(body, districts) {
    const some = KINDS.filter((kind) => body.counts[kind]);
    if (!some.length) return [el("p", { className: "about" }, words("changes.none"))];
    const parts = [el("ul", { className: "changes-counts" }, some.map((kind) => el("li", { className: `change-${kind}` }, words(`changes.${kind}`, { count: amount(body.counts[kind]) }))))];
    if (body.places.features.length) parts.push(bordergap.intakeMap(districts, body.places, "file", words("changes.map")), el("p", { className: "about intake-caption" }, words("changes.map_about")));
    some.forEach((kind, place) => parts.push(el("details", { open: place === 0 && body.counts[kind] <= FEW }, el("summary", {}, words(`changes.${kind}`, { count: amount(body.counts[kind]) })), table(body.rows.filter((row) => row.change === kind)),
      body.more[kind] ? el("p", { className: "about" }, words("changes.more", { count: amount(body.more[kind]) })) : null)));
    return parts;
  }

  async function open(layer, named) {
    let body, districts;
    try {
      [body, districts] = await Promise.all([`data/layers/${layer}/changes`, "data/districts"].map(bordergap.read));
    } catch (error) {
      return bordergap.tellText(error.message);
    }
    const sheet = bordergap.dialog(words("changes.title", { layer: named }), el("div", { className: "changes" }, draw(body, layer === "districts" ? { type: "FeatureCollection", features: [] } : districts)),
      el("p", { className: "about" }, words("changes.undo_about")),
      el("div", { className: "sheet-foot" }, bordergap.button("changes.undo", () => undo(sheet, body)), bordergap.button("changes.close", () => sheet.close(), "plain primary")));
  }

  async function undo(sheet, { layer, version }) {
    const buttons = [...sheet.querySelectorAll(".sheet-foot button")];
    buttons.forEach((each) => { each.disabled = true; });
    const answer = await bordergap.send("POST", bordergap.inTongue(`data/layers/${layer}/undo`), { version }).catch(() => ({ status: 0, body: {} }));
    buttons.forEach((each) => { each.disabled = false; });
    if (answer.status !== 200) {
      sheet.querySelectorAll(".field-problem").forEach((old) => old.remove());
      return sheet.querySelector(".sheet-foot").before(el("p", { className: "field-problem", role: "alert" }, (answer.body && answer.body.message) || words("intake.unreachable")));
    }
    sheet.close();
    bordergap.tellText(words("changes.undone"));
    bordergap.intakeOver();
  }

  (bordergap.acts = bordergap.acts || {})["layer-changes"] = (button) => open(button.dataset.layer, button.dataset.named);
  bordergap.layerChanges = draw;
})();
