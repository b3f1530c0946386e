/* The ledger by date: what is late first, then a month of due dates, then what comes after it. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const ROOM = 3; // gaps named in a day
  const LISTED = 100; // of a list below
  const DAYS = 7;

  const tag = () => (calls.boot.lang === "zh" ? "zh-CN" : "en-GB");
  const iso = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const monthOf = (state) => state.month || bordergap.today().slice(0, 7);
  const shifted = (month, by) => iso(new Date(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + by, 1)).slice(0, 7);

  const title = (row) => (row.what_text ? `${row.kind_text} · ${row.what_text}` : row.kind_text);
  const button = (row, className, ...children) => el("button", { className, "data-act": "ledger-open", "data-gap": row.id, title: `${title(row)} · ${row.pairing_text}` }, children);

  function day(date, month, rows, isToday) {
    const own = rows.get(date) || [];
    const more = own.length - ROOM;
    return el("td", { className: `${date.startsWith(month) ? "" : "outside"}${isToday ? " today" : ""}`, "aria-current": isToday ? "date" : null },
      el("div", { className: "day-number" }, String(Number(date.slice(8))), own.length ? el("span", { className: "day-count" }, String(own.length)) : null),
      own.slice(0, ROOM).map((row) => button(row, `day-gap${row.late ? " late" : ""}${row.open ? "" : " closed"}`, bordergap.statusMark(row.status), el("span", {}, title(row)))),
      more > 0 ? el("span", { className: "count" }, words("calendar.more", { count: more })) : null);
  }

  function grid(month, rows) {
    const byDay = new Map();
    rows.forEach((row) => row.due && byDay.set(row.due, [...(byDay.get(row.due) || []), row]));
    const first = new Date(Number(month.slice(0, 4)), Number(month.slice(5)) - 1, 1);
    const start = new Date(first);
    start.setDate(1 - ((first.getDay() + 6) % DAYS)); // weeks begin on Monday
    const weeks = [];
    const at = new Date(start);
    do {
      weeks.push(Array.from({ length: DAYS }, () => { const date = iso(at); at.setDate(at.getDate() + 1); return date; }));
    } while (iso(at).startsWith(month));
    const today = bordergap.today();
    const names = weeks[0].map((date) => new Intl.DateTimeFormat(tag(), { weekday: "short" }).format(new Date(`${date}T00:00:00`)));
    return el("table", { className: "month" }, el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, weeks.map((week) => el("tr", {}, week.map((date) => day(date, month, byDay, date === today))))));
  }

  const line = (row) => el("li", {}, button(row, "due-line", el("span", { className: `due-day${row.late ? " late" : ""}` }, row.late ? el("i", { className: "late-mark", "aria-hidden": "true" }, "!") : null, bordergap.sayDay(row.due)),
    bordergap.statusMark(row.status), el("span", { className: "due-what" }, el("b", {}, title(row)), " ", el("span", { className: "count" }, row.pairing_text)), el("span", { className: "due-who" }, row.lead || row.whos[0] || "—")));

  function list(key, rows) {
    if (!rows.length) return null;
    return el("section", { className: `due-list due-list-${key}` }, el("h2", {}, words(`calendar.${key}`), " ", el("span", { className: "count" }, bordergap.sayNumber(rows.length))),
      el("ol", {}, rows.slice(0, LISTED).map(line)), rows.length > LISTED ? el("p", { className: "about" }, words("board.more", { count: rows.length - LISTED })) : null);
  }

  bordergap.ledgerViews.calendar = function (rows, state) {
    const month = monthOf(state);
    const dated = rows.filter((row) => row.due).sort((one, other) => (one.due < other.due ? -1 : one.due > other.due ? 1 : other.severity - one.severity));
    const late = dated.filter((row) => row.late);
    const here = dated.filter((row) => row.due.startsWith(month) && !row.late);
    const later = dated.filter((row) => row.due.slice(0, 7) > month && !row.late && row.open);
    const name = new Intl.DateTimeFormat(tag(), { year: "numeric", month: "long" }).format(new Date(`${month}-01T00:00:00`));
    const turn = (by, key, sign) => el("button", { className: "plain", "data-act": "calendar-turn", "data-month": by === null ? "" : shifted(month, by), "aria-label": words(key), title: words(key) }, sign || words(key));
    document.getElementById("ledger-calendar").replaceChildren(...[
      list("late", late),
      el("section", {}, el("header", { className: "month-head" }, el("h2", { "aria-live": "polite" }, name), turn(-1, "calendar.before", "‹"), turn(null, "calendar.today"), turn(1, "calendar.after", "›"),
        el("span", { className: "count" }, words("calendar.undated", { count: bordergap.sayNumber(rows.filter((row) => !row.due && row.open).length) }))), grid(month, rows)),
      list("month", here), list("later", later),
      dated.length ? null : el("p", { className: "empty" }, words("calendar.empty")),
    ].filter(Boolean));
  };
  (bordergap.acts = bordergap.acts || {})["calendar-turn"] = (button_) => bordergap.go({ month: button_.dataset.month });
})();
