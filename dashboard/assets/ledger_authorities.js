/* The ledger by authority: who has how much on the table, how much of it is late, and what it costs. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const LISTED = 60; // gaps of one authority
  const opened = new Set();

  /* Authority -> rows. Whoever leads has the gap; by owner, both sides have it. */
  function grouped(rows, by) {
    const groups = new Map();
    const put = (name, row) => groups.set(name, [...(groups.get(name) || []), row]);
    rows.forEach((row) => {
      const names = by === "lead" ? [row.lead] : [...new Set([row.owner_a, row.owner_b])].filter(Boolean);
      (names.length ? names : [null]).forEach((name) => put(name || "", row));
    });
    return [...groups].map(([name, own]) => ({
      name, rows: own, late: own.filter((row) => row.late).length, open: own.filter((row) => row.open).length,
      cost: own.reduce((sum, row) => sum + (row.cost_cny || 0), 0), costed: own.filter((row) => row.cost_cny !== null).length,
      next: own.filter((row) => row.open && row.due && !row.late).map((row) => row.due).sort()[0],
    })).sort((one, other) => (one.name === "") - (other.name === "") || other.late - one.late || other.open - one.open || one.name.localeCompare(other.name, calls.boot.lang));
  }

  /* How its gaps stand, as one bar. */
  function bar(group, most) {
    const parts = bordergap.STATUSES.map((status) => [status, group.rows.filter((row) => row.status === status).length]).filter(([, count]) => count);
    return el("span", { className: "status-bar", style: { width: `${Math.max(4, (100 * group.rows.length) / most)}%` }, role: "img", "aria-label": parts.map(([status, count]) => `${bordergap.statusText(status)} ${count}`).join(", ") },
      parts.map(([status, count]) => el("i", { "data-status": status, style: { flexGrow: String(count) }, title: `${bordergap.statusText(status)} ${count}` })));
  }

  const line = (row) => el("li", {}, el("button", { className: "due-line", "data-act": "ledger-open", "data-gap": row.id }, bordergap.statusMark(row.status),
    el("span", { className: "due-what" }, el("b", {}, row.what_text ? `${row.kind_text} · ${row.what_text}` : row.kind_text), " ", el("span", { className: "count" }, row.pairing_text), row.todo ? el("span", { className: "due-todo" }, row.todo) : null),
    el("span", { className: row.late ? "late" : "" }, row.due ? bordergap.sayDay(row.due) : ""), el("span", { className: "due-cost" }, row.cost_text)));

  function row(group, most) {
    const isOpen = opened.has(group.name);
    const label = group.name || words("authorities.nobody");
    const head = el("tr", { className: group.name ? "" : "nobody" },
      el("th", { scope: "row" }, el("button", { className: "fold", "aria-expanded": String(isOpen), "data-act": "authority", "data-name": group.name }, el("span", { className: "fold-sign", "aria-hidden": "true" }, isOpen ? "▾" : "▸"), label)),
      el("td", { className: "bar-cell" }, bar(group, most)), el("td", {}, bordergap.sayNumber(group.rows.length)), el("td", {}, bordergap.sayNumber(group.open)),
      el("td", { className: group.late ? "late" : "" }, group.late ? bordergap.sayNumber(group.late) : "—"), el("td", {}, group.next ? bordergap.sayDay(group.next) : "—"), el("td", {}, group.costed ? bordergap.money(group.cost) : "—"));
    if (!isOpen) return [head];
    return [head, el("tr", { className: "authority-rows" }, el("td", { colspan: "7" }, el("ol", {}, group.rows.slice(0, LISTED).map(line)),
      group.name ? el("button", { className: "link small", "data-act": "authority-only", "data-name": group.name }, words("authorities.only")) : null,
      group.rows.length > LISTED ? el("span", { className: "count" }, words("board.more", { count: group.rows.length - LISTED })) : null))];
  }

  bordergap.ledgerViews.authorities = function (rows, state) {
    const groups = grouped(rows, state.by);
    const most = Math.max(1, ...groups.map((group) => group.rows.length));
    const choice = ["lead", "owner"].map((by) => el("button", { className: "view-tab", "data-act": "authorities-by", "data-by": by, "aria-pressed": String(state.by === by) }, words(`authorities.${by}`)));
    const heads = ["who", "standing", "all", "open", "late", "next", "cost"].map((name) => el("th", { scope: "col" }, words(`authorities.column.${name}`)));
    const place = document.getElementById("ledger-authorities");
    const focused = document.activeElement && place.contains(document.activeElement) ? document.activeElement.dataset.name : undefined;
    place.replaceChildren(
      el("div", { className: "authorities-head" }, el("div", { className: "view-tabs", role: "group", "aria-label": words("authorities.by") }, choice), el("p", { className: "about" }, words(`authorities.${state.by}_about`))),
      el("div", { className: "board-scroll" }, el("table", { className: "board authorities" }, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, groups.flatMap((group) => row(group, most))))));
    if (focused !== undefined) [...place.querySelectorAll(".fold")].filter((each) => each.dataset.name === focused).forEach((each) => each.focus());
  };
  Object.assign(bordergap.acts = bordergap.acts || {}, {
    authority: (button) => { if (!opened.delete(button.dataset.name)) opened.add(button.dataset.name); bordergap.showLedger(); },
    "authority-only": (button) => bordergap.go({ who: button.dataset.name, view: "list" }, true),
    "authorities-by": (button) => bordergap.go({ by: button.dataset.by }),
  });
})();
