/* Two people changed the same: both versions side by side, field by field; and what has become of a record over time. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);

  /* A clock time where it was today, else the day too. */
  function moment(time) {
    const isToday = new Date(time).toDateString() === new Date().toDateString();
    return bordergap.sayTime(time, isToday ? { hour: "2-digit", minute: "2-digit" } : undefined);
  }

  /* Who did it last, and when. */
  function last(theirs) {
    const latest = theirs[theirs.length - 1];
    return { author: authorOf(latest.author), when: moment(latest.at) };
  }
  const authorOf = (name) => (name === "local" || !name ? words("follow.author_local") : name);

  /* What to decide: `conflict` as a keeper has it, `fields` by name. `decide(kept)` is told whose values stand. */
  function conflictForm(conflict, fields, decide) {
    const { both, before, entry, mine, theirs } = conflict;
    const group = `conflict-${bordergap.newKey()}`;
    const picks = both.map((name) => {
      const field = fields[name];
      const who = last(theirs.filter((each) => each.field === name));
      const pick = (value, label, shown) => el("td", {}, el("label", { className: "pick" },
        el("input", { type: "radio", name: `${group}-${name}`, value, checked: value === "theirs" }),
        el("span", {}, el("span", { className: "count" }, label), el("span", { className: "pick-value" }, bordergap.valueText(field, shown)))));
      return el("tr", { "data-field": name }, el("th", { scope: "row" }, field.label, el("span", { className: "row-note" }, words("conflict.was", { value: bordergap.valueText(field, before[name]) }))),
        pick("theirs", words("conflict.theirs", who), entry[name]), pick("mine", words("conflict.mine"), mine[name]));
    });
    const others = theirs.filter((each) => !both.includes(each.field) && fields[each.field]);
    const all = (value) => { const button = el("button", { type: "button", className: "link small" }, words(`conflict.all.${value}`)); button.addEventListener("click", () => form.querySelectorAll(`input[value="${value}"]`).forEach((box) => { box.checked = true; })); return button; };
    const form = el("form", { className: "conflict", role: "alertdialog", "aria-labelledby": `${group}-title`, tabindex: "-1" },
      el("h4", { id: `${group}-title` }, words("conflict.title", last(theirs))),
      el("p", { className: "about" }, words("conflict.about")),
      el("table", {}, el("tbody", {}, picks)),
      others.length ? el("p", { className: "about" }, words("conflict.also"), " ", changesText(others, fields)) : null,
      el("div", { className: "conflict-foot" }, all("theirs"), all("mine"), el("button", { className: "plain primary" }, words("conflict.keep"))));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      decide(both.filter((name) => form.querySelector(`input[name="${group}-${name}"]:checked`).value === "mine"));
    });
    return form;
  }

  const changesText = (changes, fields) => changes.map((each) => words("history.change", {
    field: fields[each.field].label, old: bordergap.valueText(fields[each.field], each.old), new: bordergap.valueText(fields[each.field], each.new) })).join(calls.boot.lang === "zh" ? "；" : "; ");

  /* That another one changed other fields meanwhile: told once, nothing of it is lost. */
  function noticeOf(theirs, fields) {
    const known = theirs.filter((each) => fields[each.field]);
    return el("p", { className: "meanwhile", role: "status" }, words("conflict.meanwhile", last(theirs)), " ", changesText(known, fields));
  }

  /* The history, newest first: who, when, what from what to what. */
  function historyList(events, fields) {
    if (!events.length) return el("p", { className: "about" }, words("history.none"));
    const steps = new Map();
    events.forEach((event) => {
      const key = `${event.version} ${event.at}`;
      if (!steps.has(key)) steps.set(key, []);
      steps.get(key).push(event);
    });
    return el("ol", { className: "history" }, [...steps.values()].reverse().map((step) => el("li", {},
      el("div", { className: "history-head" }, el("b", {}, authorOf(step[0].author)), " ", el("time", { datetime: step[0].at }, bordergap.sayTime(step[0].at))),
      step.map((event) => {
        const field = fields[event.field] || { name: event.field, label: event.field, type: "text" };
        return el("div", { className: "history-change" }, `${field.label}: `, el("del", {}, bordergap.valueText(field, event.old)), " → ", el("ins", {}, bordergap.valueText(field, event.new)));
      }))));
  }

  Object.assign(bordergap, { conflictForm, noticeOf, historyList, sayMoment: moment, authorOf });
})();
