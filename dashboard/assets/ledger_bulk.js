/* Many gaps at once: those that are ticked, in whatever view; what a change would do is shown before it is done. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const none = () => window.dash_clientside.no_update;
  const el = (...given) => bordergap.element(...given);
  const button = (...given) => bordergap.button(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const FIELDS = ["status", "lead", "owner_a", "owner_b", "due", "todo"];
  const MOST_TOLD = 20; // lines of a result
  const ticked = new Set();
  let drawn = "";

  const isTicked = (id) => ticked.has(id);
  function tick(id, isOn) {
    if (isOn) ticked.add(id);
    else ticked.delete(id);
    syncGrid();
    drawBulk();
  }

  /* The ticks of the grid follow those of other views. */
  function syncGrid() {
    const grid = bordergap.gridOfLedger();
    bordergap.give("ledger-rows", [...ticked]);
    if (grid) grid.forEachNode((node) => node.isSelected() !== ticked.has(node.data.id) && node.setSelected(ticked.has(node.data.id), false, "api"));
  }

  (bordergap.picks = bordergap.picks || {})["ledger-grid.selectedRows"] = function (selected) {
    if (bordergap.now().page !== "ledger" || !Array.isArray(selected) || bordergap.now().view !== "list") return none();
    if (!bordergap.isPressedSince("ledger-rows")) { // rows that came anew are not ticked, whatever was before
      if (selected.length !== ticked.size || selected.some((row) => !ticked.has(row.id))) syncGrid();
      return none();
    }
    ticked.clear();
    selected.forEach((row) => ticked.add(row.id));
    drawBulk();
    return none();
  };

  const rowsTicked = () => [...ticked].map((id) => bordergap.ledgerRow(id)).filter((row) => row && bordergap.mayEdit(row.pairing));

  function clear() {
    ticked.clear();
    syncGrid();
    document.querySelectorAll(".card-tick").forEach((box) => { box.checked = false; });
    drawBulk();
  }

  function drawBulk() {
    const place = document.getElementById("ledger-bulk");
    if (!place) return;
    place.hidden = !ticked.size;
    if (!ticked.size) { drawn = ""; return place.replaceChildren(); }
    const count = words("bulk.count", { count: bordergap.sayNumber(ticked.size) });
    if (drawn === calls.boot.lang && place.firstChild) { place.querySelector(".bulk-count").textContent = count; return; }
    drawn = calls.boot.lang;
    const fields = bordergap.entryFields([words("bulk.side_a"), words("bulk.side_b")]);
    const which = el("select", { "aria-label": words("bulk.field") }, FIELDS.map((name) => el("option", { value: name }, fields[name].label)));
    const slot = el("div", { className: "bulk-value" });
    let control = null;
    const show = () => { control = bordergap.formField(Object.assign({}, fields[which.value], { lines: 1 })); slot.replaceChildren(control.node); };
    which.addEventListener("change", show);
    show();
    const form = el("form", { className: "bulk-form" }, el("b", { className: "bulk-count", role: "status" }, count), el("span", {}, words("bulk.set")), which, slot,
      el("button", { className: "plain primary" }, words("bulk.preview")), button("bulk.clear", clear, "link small"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      preview(which.value, control.read(), fields[which.value]);
    });
    place.replaceChildren(form);
  }

  /* A window over the page; it goes with Escape, and the focus comes back. */
  function dialog(title, ...children) {
    const label = `dialog-${bordergap.newKey()}`;
    const made = el("dialog", { className: "sheet", "aria-labelledby": label }, el("h2", { id: label }, title), children);
    made.addEventListener("close", () => made.remove());
    document.getElementById("shell").append(made);
    made.showModal();
    return made;
  }

  /* Say what would happen: how many change, which have it already, which another one has changed since they were read. */
  async function preview(field, value, spec) {
    const before = new Map(rowsTicked().map((row) => [row.id, row.version]));
    try {
      await bordergap.loadEntries(true);
    } catch (error) {
      return bordergap.tell(calls.boot, "save.failed");
    }
    const entries = [...before.keys()].map((id) => bordergap.ledger.get(id));
    const moved = entries.filter((entry) => entry.version !== before.get(entry.id));
    const same = entries.filter((entry) => !moved.includes(entry) && bordergap.sameValue(entry[field] ?? null, value));
    const changing = entries.filter((entry) => !moved.includes(entry) && !same.includes(entry));
    const refused = ticked.size - entries.length;
    const lines = (list) => el("ul", {}, list.slice(0, MOST_TOLD).map((entry) => el("li", {}, nameOf(entry.id), " ", el("span", { className: "count" }, bordergap.valueText(spec, entry[field])))), list.length > MOST_TOLD ? el("li", { className: "count" }, words("board.more", { count: list.length - MOST_TOLD })) : null);
    const part = (key, list, isOpen) => (list.length ? el("details", { open: isOpen }, el("summary", {}, words(key, { count: list.length })), lines(list)) : null);
    const sheet = dialog(words("bulk.title"), el("p", {}, words("bulk.sets", { field: spec.label, value: bordergap.valueText(spec, value) })),
      part("bulk.changing", changing, changing.length <= MOST_TOLD), part("bulk.same", same), part("bulk.moved", moved, true), moved.length ? el("p", { className: "about" }, words("bulk.moved_about")) : null,
      refused ? el("p", { className: "about" }, words("bulk.refused", { count: refused })) : null,
      el("div", { className: "sheet-foot" }, button("bulk.cancel", () => sheet.close()),
        changing.length ? button("bulk.do", () => carryOut(sheet, changing, { [field]: value }), "plain primary") : null));
    bordergap.entriesChanged();
  }

  const nameOf = (id) => { const row = bordergap.ledgerRow(id); return row ? `${row.kind_text}${row.what_text ? ` · ${row.what_text}` : ""} · ${row.pairing_text}` : id; };

  async function carryOut(sheet, entries, changes) {
    const request = { items: entries.map((entry) => ({ gap_id: entry.id, version: entry.version })), changes, key: carryOut.key || (carryOut.key = bordergap.newKey()) };
    sheet.querySelectorAll("button").forEach((each) => { each.disabled = true; });
    let answer;
    try {
      answer = await bordergap.send("PATCH", `ledger/entries?lang=${calls.boot.lang}`, request);
    } catch (error) {
      answer = { status: 0, body: {} };
    }
    sheet.querySelectorAll("button").forEach((each) => { each.disabled = false; });
    if (answer.status !== 200) { // the window stays with what was chosen; trying again changes nothing twice
      sheet.querySelectorAll(".field-problem").forEach((old) => old.remove());
      const told = answer.body && answer.body.problems ? answer.body.problems.map((each) => each.message).join(" ") : words({ 401: "save.login", 403: "save.forbidden" }[answer.status] || "bulk.failed");
      if (answer.status === 400) carryOut.key = "";
      return sheet.querySelector(".sheet-foot").before(el("p", { className: "field-problem", role: "alert" }, told));
    }
    carryOut.key = "";
    const of = (result) => answer.body.results.filter((each) => each.result === result);
    bordergap.ledger.take(answer.body.results.filter((each) => each.entry).map((each) => each.entry));
    sheet.close();
    const conflicts = of("conflict");
    ticked.clear();
    conflicts.forEach((each) => ticked.add(each.gap_id));
    bordergap.entriesChanged();
    syncGrid();
    drawBulk();
    bordergap.tellText(conflicts.length ? words("bulk.done_but", { count: of("saved").length, conflicts: conflicts.length }) : words("bulk.done", { count: of("saved").length }));
  }

  Object.assign(bordergap, { isTicked, tick, drawBulk, syncTicks: syncGrid, dialog, tickedGaps: () => [...ticked] });
})();
