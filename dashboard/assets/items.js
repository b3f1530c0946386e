/* One item of the programme as a form made from its kind: added whole, changed field by field, removed and brought back. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const button = (...given) => bordergap.button(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const items = bordergap.keeper("item", { path: (id) => `programme/item/${encodeURIComponent(id)}?lang=${calls.boot.lang}`, blank: (id) => ({ id, version: 0 }) });
  let sheet = null; // the window that is open
  let shown = null; // what it shows

  /* The fields of a kind, with the members of the pairing and the items that one may be part of. */
  function fieldsOf(kind, pairing, id) {
    const { model, pairings, rows } = bordergap.programmeNow();
    const spec = model.find((each) => each.kind === kind);
    const found = pairings.find((each) => each[0] === pairing);
    const members = found ? Object.fromEntries(found[3]) : {};
    const wholes = Object.fromEntries(rows.filter((row) => row.pairing_of === pairing && row.id !== id && row.values.part_of !== id).map((row) => [row.id, row.title]));
    return (spec ? spec.fields : []).map((field) => Object.assign({}, field, { members, items: wholes, type: field.type, lines: 2 }));
  }

  /* A new item: everything is filled in first, then added in one piece. `begun` is what an ended login broke off. */
  function openNew(kind, pairing, begun) {
    const { model, pairings } = bordergap.programmeNow();
    const allowed = pairings.filter(([id]) => bordergap.mayEditItems(id));
    const id = `i-${bordergap.newKey()}`;
    let controls = [];
    const place = el("div", { className: "item-fields", "data-kept": "true" });
    const choose = (label, options, value) => { const made = el("select", { id: `new-${label}` }, options.map(([each, name]) => el("option", { value: each, selected: each === value }, name))); return [el("div", { className: "field field-choice" }, el("label", { for: `new-${label}` }, words(`item.${label}`)), made), made]; };
    const [kindField, kindBox] = choose("kind", model.map((each) => [each.kind, each.label]), kind || model[0].kind);
    const [pairingField, pairingBox] = choose("pairing_id", allowed.map((each) => [each[0], each[1]]), pairing || (allowed[0] || [""])[0]);
    const draw = () => {
      const before = Object.fromEntries(controls.map((control) => [control.field.name, control.read()]));
      controls = fieldsOf(kindBox.value, pairingBox.value, id).map((field) => bordergap.formField(field));
      controls.forEach((control) => before[control.field.name] && control.write(before[control.field.name]));
      place.replaceChildren(...controls.map((control) => control.node));
    };
    kindBox.addEventListener("change", draw);
    pairingBox.addEventListener("change", draw);
    draw();
    const filled = () => Object.fromEntries(controls.map((control) => [control.field.name, control.read()]).filter(([, value]) => value !== null && !(Array.isArray(value) && !value.length)));
    controls.forEach((control) => begun && control.field.name in begun && control.write(begun[control.field.name]));
    const problem = el("p", { className: "field-problem", role: "alert" });
    const form = el("form", {}, el("div", { className: "item-fields" }, kindField, pairingField), place, problem,
      el("div", { className: "sheet-foot" }, button("item.cancel", () => sheet.close()), el("button", { className: "plain primary" }, words("item.add"))));
    let key = bordergap.newKey();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const values = filled();
      controls.forEach((control) => control.say(""));
      problem.textContent = "";
      let answer;
      try {
        answer = await bordergap.send("PATCH", `programme/item/${encodeURIComponent(id)}?lang=${calls.boot.lang}`, { changes: Object.assign({ kind: kindBox.value, pairing_id: pairingBox.value }, values), version: 0, key });
      } catch (error) {
        answer = { status: 0, body: {} };
      }
      if (answer.status === 200) {
        await bordergap.reloadProgramme();
        sheet.close();
        bordergap.tell(calls.boot, "item.added");
        return;
      }
      if (answer.status === 400) key = bordergap.newKey();
      const told = (answer.body && answer.body.problems) || [];
      told.forEach((each) => { const control = controls.find((one) => one.field.name === each.field); if (control) control.say(each.message); else problem.textContent += `${each.message} `; });
      if (!told.length) problem.textContent = words({ 401: "save.login", 403: "save.forbidden" }[answer.status] || "item.failed");
      const first = form.querySelector('[aria-invalid="true"]');
      if (first) first.focus();
    });
    open(words("item.new"), form).addEventListener("close", () => bordergap.typing("item", null));
    bordergap.typing("item", () => ({ kind: kindBox.value, pairing: pairingBox.value, values: filled() }));
    const first = place.querySelector("input");
    if (first) first.focus();
  }

  /* Go on with the new item that an ended login broke off. */
  async function resumeNew() {
    const begun = await bordergap.typed("item");
    if (begun) openNew(begun.kind, begun.pairing, begun.values);
  }

  function open(title, ...children) {
    if (sheet) sheet.close();
    const made = (sheet = bordergap.dialog(title, ...children));
    made.classList.add("item-sheet");
    made.addEventListener("close", () => {
      if (sheet !== made) return;
      sheet = shown = null;
      if (bordergap.now().entry) bordergap.go({ entry: "" });
    });
    return made;
  }

  /* An item that is there: changed field by field, as the follow-up of gaps is. */
  function openItem(row) {
    const editable = bordergap.mayEditItems(row.pairing_of);
    const fields = fieldsOf(row.kind, row.pairing_of, row.id);
    if (!items.has(row.id) || items.get(row.id).version < row.version) items.take([Object.assign({ id: row.id, version: row.version }, row.values)]);
    const byName = Object.fromEntries(fields.map((field) => [field.name, field]));
    const panel = { id: row.id, controls: [], fields: byName, conflict: el("div", {}), state: el("div", { className: "save-state", role: "status", tabindex: "-1" }), meanwhile: el("div", {}), general: el("p", { className: "field-problem" }) };
    panel.controls = fields.map((field) => {
      const control = bordergap.formField(field);
      control.node.addEventListener("change", () => {
        const value = control.read();
        if (bordergap.sameValue(value, control.shown)) return;
        control.shown = value;
        items.change(row.id, { [field.name]: value }, control.seen);
      });
      control.lock(!editable);
      return control;
    });
    const list = el("div", {});
    const history = el("details", {}, el("summary", {}, words("history.title")), list);
    panel.history = async () => {
      if (!history.open) return;
      try {
        const { events } = await bordergap.body(`programme/history/${encodeURIComponent(row.id)}`);
        list.replaceChildren(bordergap.historyList(events, Object.assign({ removed: { name: "removed", label: words("item.removed"), type: "text" }, kind: { name: "kind", label: words("item.kind"), type: "choice", labels: { [row.kind]: row.kind_text } }, pairing_id: { name: "pairing_id", label: words("item.pairing_id"), type: "choice", labels: { [row.pairing_of]: row.pairing_text } } }, byName)));
      } catch (error) {
        list.replaceChildren(el("p", { className: "field-problem" }, words("history.failed")));
      }
    };
    history.addEventListener("toggle", panel.history);
    shown = panel;
    open(row.title, el("p", { className: "about" }, [row.pairing_text, row.kind_text, row.version ? null : words("item.imported")].filter(Boolean).join(" · ")), panel.state, panel.conflict, panel.meanwhile, panel.general,
      editable ? null : el("p", { className: "about" }, words("follow.read_only")), el("div", { className: "item-fields", "data-kept": "true" }, panel.controls.map((control) => control.node)), history,
      el("div", { className: "sheet-foot" }, editable ? button("item.remove", () => askRemove(row), "link small remove") : null, button("item.done", () => sheet.close(), "plain primary")));
    shown = panel;
    follow(panel);
    const first = sheet.querySelector(".item-fields input:not(:disabled)") || sheet.querySelector(".sheet-foot .primary");
    first.focus();
  }

  function follow(panel) {
    const state = items.state(panel.id);
    const record = items.seen(panel.id);
    panel.controls.forEach((control) => {
      const value = record[control.field.name] ?? null;
      const isWritten = control.node.contains(document.activeElement) && !bordergap.sameValue(control.read(), control.shown ?? null);
      if (!isWritten) { if (!bordergap.sameValue(control.read(), value)) control.write(value); control.shown = value; control.seen = items.get(panel.id).version; }
      const problem = state.problems.find((each) => each.field === control.field.name);
      control.say(problem ? problem.message : "");
      control.mark(control.field.name in Object.assign({}, state.sending ? state.sending.changes : {}, state.changes) ? state.state : "");
    });
    panel.state.className = `save-state save-${state.state}`;
    panel.state.replaceChildren(el("span", {}, bordergap.stateLine(state)), ...(state.state === "failed" ? [button("save.retry", () => items.retry(panel.id), "link small"), button("save.discard", () => { items.discard(panel.id); follow(panel); }, "link small")] : []));
    panel.general.textContent = state.problems.filter((each) => !panel.fields[each.field]).map((each) => each.message).join(" ");
    panel.meanwhile.replaceChildren(...(state.notice ? [bordergap.noticeOf(state.notice, panel.fields)] : []));
    if (state.conflict && panel.shownConflict !== state.conflict) {
      panel.conflict.replaceChildren(bordergap.conflictForm(state.conflict, panel.fields, (kept) => items.settle(panel.id, kept)));
      panel.conflict.firstChild.focus();
    } else if (!state.conflict) panel.conflict.replaceChildren();
    panel.shownConflict = state.conflict;
  }

  /* Removing asks first; what was removed can be brought back at once, and stays in the history. */
  function askRemove(row) {
    const ask = bordergap.dialog(words("item.remove_title"), el("p", {}, words("item.remove_about", { title: row.title })),
      el("div", { className: "sheet-foot" }, button("item.cancel", () => ask.close()), button("item.remove", async () => { ask.close(); await setRemoved(row, true); }, "plain primary")));
  }
  async function setRemoved(row, removed) {
    let answer;
    try {
      answer = await bordergap.send("PATCH", `programme/item/${encodeURIComponent(row.id)}?lang=${calls.boot.lang}`, { changes: { removed }, version: items.get(row.id).version, key: bordergap.newKey() });
    } catch (error) {
      answer = { status: 0 };
    }
    if (answer.status !== 200) return bordergap.tellText(words({ 403: "save.forbidden", 409: "item.changed_meanwhile", 401: "save.login" }[answer.status] || "item.failed"));
    items.take([answer.body.entry]);
    if (sheet) sheet.close();
    await bordergap.reloadProgramme();
    const place = document.getElementById("programme-undo");
    place.replaceChildren(...(removed ? [el("span", {}, words("item.removed_said", { title: row.title })), button("item.undo", () => setRemoved(row, false), "link small")] : []));
  }

  items.listen((id) => {
    if (shown && shown.id === id) follow(shown);
    if (items.state(id).state !== "saved") return;
    bordergap.reloadProgramme();
    if (shown && shown.id === id) shown.history();
  });

  /* The item that the address names is open; another one, or none, closes it. */
  function showItem(state) {
    if (!state.entry) { if (sheet && shown) sheet.close(); return; }
    const row = bordergap.programmeNow().rows.find((each) => each.id === state.entry);
    if (row && (!shown || shown.id !== row.id)) openItem(row);
  }

  Object.assign(bordergap.acts = bordergap.acts || {}, {
    "item-open": (button_) => bordergap.go({ entry: button_.dataset.id }, true),
    "item-new": (button_) => openNew(button_.dataset.kind || bordergap.now().item, button_.dataset.pairing || bordergap.now().pairing),
  });
  Object.assign(bordergap, { items, showItem, resumeItem: resumeNew });
})();
