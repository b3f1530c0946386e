/* The follow-up of one gap, beside what was found: status, who, until when, what; kept at once, never over others' edits. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const button = (...given) => bordergap.button(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const FIRST = ["todo", "lead", "due", "owner_a", "owner_b", "cost_cny"];
  const MORE = ["manages_who", "manages_what", "manages_how", "consequence"];
  const panels = new Map(); // host element -> what it shows

  /* Where the last change stands, in a line that is read out. */
  function stateLine(state) {
    const time = state.at && bordergap.sayMoment(state.at);
    const told = { saving: () => words("save.saving"), merging: () => words("save.saving"), saved: () => words("save.saved", { time }), refused: () => words("save.refused"), conflict: () => words("save.conflict"),
      failed: () => words({ 401: "save.login", 403: "save.forbidden" }[state.why] || "save.failed") }[state.state];
    return told ? told() : "";
  }

  function showState(panel) {
    const state = bordergap.ledger.state(panel.gap);
    const buttons = [];
    if (state.state === "failed") buttons.push(button("save.retry", () => bordergap.ledger.retry(panel.gap), "link small"), button("save.discard", () => { bordergap.ledger.discard(panel.gap); draw(panel); }, "link small"));
    panel.state.className = `save-state save-${state.state}`;
    panel.state.replaceChildren(el("span", {}, stateLine(state)), ...buttons);
    const open = Object.assign({}, state.sending ? state.sending.changes : {}, state.changes);
    panel.controls.forEach((control) => {
      const problem = state.problems.find((each) => each.field === control.field.name);
      control.say(problem ? problem.message : "");
      control.mark(control.field.name in open ? state.state : "");
    });
    panel.general.textContent = state.problems.filter((each) => !panel.controls.some((control) => control.field.name === each.field)).map((each) => each.message).join(" ");
    panel.meanwhile.replaceChildren(...(state.notice ? [bordergap.noticeOf(state.notice, panel.fields)] : []));
    const wasThere = panel.conflict.firstChild;
    if (state.conflict && panel.shownConflict !== state.conflict) {
      panel.shownConflict = state.conflict;
      panel.conflict.replaceChildren(bordergap.conflictForm(state.conflict, panel.fields, (kept) => bordergap.ledger.settle(panel.gap, kept)));
      panel.conflict.firstChild.focus({ preventScroll: true });
      panel.conflict.firstChild.scrollIntoView({ block: "nearest" });
    } else if (!state.conflict && wasThere) {
      panel.shownConflict = null;
      panel.conflict.replaceChildren();
      panel.state.focus();
    }
  }

  /* Bring the controls in line with the record; one that is being written in stays as it is, and remembers what was seen. */
  function showValues(panel) {
    const entry = bordergap.ledger.seen(panel.gap);
    const known = bordergap.ledger.get(panel.gap);
    panel.controls.forEach((control) => {
      const value = entry[control.field.name];
      const isWritten = panel.host.contains(document.activeElement) && control.node.contains(document.activeElement) && !bordergap.sameValue(control.read(), control.shown ?? null);
      if (isWritten && !bordergap.sameValue(value, control.shown)) return; // another one's value: told when this one is sent
      if (!isWritten && !bordergap.sameValue(control.read(), value ?? null)) control.write(value);
      control.shown = value ?? null;
      control.seen = known.version;
    });
    panel.status.querySelectorAll("input").forEach((box) => { box.checked = box.value === entry.status; });
    panel.statusSeen = known.version;
    panel.take.hidden = !panel.editable || known.version > 0 && entry.status !== "found";
    panel.presence.replaceChildren(...presenceNotes(panel, entry));
    panel.by.textContent = known.changed_at ? words("follow.changed", { author: bordergap.authorOf(known.changed_by), time: bordergap.sayMoment(known.changed_at) }) : "";
  }

  /* What the last analysis says of a gap that is followed up, and what to do next. */
  function presenceNotes(panel, entry) {
    if (!bordergap.PRESENCES.includes(entry.presence)) return [];
    const offers = !panel.editable ? [] : { gone: entry.status === "resolved" ? [] : [["follow.confirm_resolved", "resolved"]], returned: [["follow.take_again", "confirmed"]], moved: [] }[entry.presence];
    return [el("div", { className: `presence presence-${entry.presence}` },
      el("b", {}, words(`presence.${entry.presence}`)), el("p", {}, words(`presence.${entry.presence}_about`, { from: entry.moved_from || "" })),
      offers.map(([key, status]) => button(key, () => bordergap.ledger.change(panel.gap, { status }, panel.statusSeen), "plain primary")))];
  }

  function statusRow(panel) {
    const name = `status-${bordergap.newKey()}`;
    const row = el("fieldset", { className: "statuses" }, el("legend", { className: "visually-hidden" }, words("follow.status")),
      bordergap.STATUSES.map((status) => el("label", { className: "status-pick" }, el("input", { type: "radio", name, value: status, disabled: !panel.editable }), bordergap.statusMark(status), el("span", {}, bordergap.statusText(status)))));
    row.addEventListener("change", (event) => bordergap.ledger.change(panel.gap, { status: event.target.value }, panel.statusSeen));
    return row;
  }

  function control(panel, name) {
    const made = bordergap.formField(panel.fields[name]);
    made.node.addEventListener("change", () => {
      const value = made.read();
      if (bordergap.sameValue(value, made.shown)) return;
      made.shown = value;
      bordergap.ledger.change(panel.gap, { [name]: value }, made.seen);
    });
    made.lock(!panel.editable);
    panel.controls.push(made);
    return made.node;
  }

  /* The history is asked for when it is opened, and again after a change. */
  function history(panel) {
    const list = el("div", { className: "history-list" });
    const details = el("details", {}, el("summary", {}, words("history.title")), list);
    details.addEventListener("toggle", () => details.open && showHistory(panel));
    return Object.assign(details, { list });
  }
  async function showHistory(panel) {
    if (!panel.history.open) return;
    const gap = panel.gap;
    try {
      const events = (await bordergap.body(`ledger/history/${encodeURIComponent(gap)}`)).events;
      if (gap === panel.gap) panel.history.list.replaceChildren(bordergap.historyList(events, panel.fields));
    } catch (error) {
      panel.history.list.replaceChildren(el("p", { className: "field-problem" }, words("history.failed")));
    }
  }

  function draw(panel) {
    panel.controls = [];
    panel.fields = bordergap.entryFields(panel.members);
    panel.editable = bordergap.mayEdit(panel.pairing);
    panel.state = el("div", { className: "save-state", role: "status", tabindex: "-1" });
    panel.conflict = el("div", { className: "conflict-place" });
    panel.meanwhile = el("div", {});
    panel.general = el("p", { className: "field-problem" });
    panel.presence = el("div", {});
    panel.by = el("span", { className: "count" });
    panel.take = button("follow.take", () => {
      bordergap.ledger.change(panel.gap, { status: "confirmed" }, panel.statusSeen);
      panel.host.querySelector('[data-field="todo"] textarea').focus();
    }, "plain primary take-up");
    panel.status = statusRow(panel);
    panel.history = history(panel);
    const more = el("details", {}, el("summary", {}, words("follow.manages")), MORE.map((name) => control(panel, name)));
    const form = el("div", { className: "follow-fields", "data-kept": "true" }, FIRST.map((name) => control(panel, name)), control(panel, "notes"), control(panel, "links"), more);
    // Who manages it is asked once the rest is told; what is filled in is shown.
    more.open = MORE.some((name) => bordergap.ledger.get(panel.gap)[name]);
    const suggestions = el("datalist", { id: "authorities" }, bordergap.authorities().map((name) => el("option", { value: name })));
    panel.host.replaceChildren(
      el("div", { className: "follow-head" }, el("h3", {}, words("follow.title")), panel.by, panel.take), panel.state, panel.conflict, panel.meanwhile, panel.general, panel.presence,
      panel.editable ? "" : el("p", { className: "about" }, words("follow.read_only")), panel.status, form, panel.history, suggestions);
    showValues(panel);
    showState(panel);
  }

  /* Show the follow-up of a gap in `host`; nothing is drawn anew while it is the same gap. */
  async function followUp(host, { gap, pairing, members }) {
    const before = panels.get(host);
    const key = JSON.stringify([gap, pairing, members, calls.boot.lang]);
    if (before && before.key === key && host.childNodes.length) return; // drawn, or being drawn
    const panel = { host, gap, pairing, members, key, controls: [] };
    [...panels.keys()].filter((each) => !each.isConnected).forEach((each) => panels.delete(each));
    panels.set(host, panel);
    host.replaceChildren(el("p", { className: "about" }, words("follow.loading")));
    try {
      await bordergap.loadEntries();
    } catch (error) {
      const again = button("again.try", () => { panel.key = ""; followUp(host, { gap, pairing, members }); });
      host.replaceChildren(el("p", { className: "field-problem", role: "alert" }, words("follow.failed")), again);
      return;
    }
    if (panels.get(host) === panel) draw(panel);
  }

  bordergap.ledger.listen((id) => {
    panels.forEach((panel) => {
      if (panel.gap !== id || !panel.controls.length || !panel.host.isConnected) return;
      showValues(panel);
      showState(panel);
      if (bordergap.ledger.state(id).state === "saved") showHistory(panel);
    });
    bordergap.entriesChanged(id);
  });

  /* On the pairing page the place of the panel comes with the detail: wait for it, then fill it. */
  function inDetail(gap, members) {
    (function look(left) {
      const host = document.getElementById("follow-up");
      if (host && host.dataset.gap === gap.id) followUp(host, { gap: gap.id, pairing: gap.pairing, members });
      else if (left) window.setTimeout(() => look(left - 1), 40);
    })(50);
  }

  /* After a look at what others did: panels that are open show it. */
  const refreshPanels = () => panels.forEach((panel) => panel.controls.length && panel.host.isConnected && showValues(panel));

  Object.assign(bordergap, { stateLine, followUp, followUpInDetail: inDetail, refreshPanels });
})();
