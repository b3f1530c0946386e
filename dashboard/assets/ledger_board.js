/* The ledger as a board: a column for each status, cards that are dragged or moved by keys from one to the next. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const STEP = 40; // cards of a column before "more"
  const shownOf = {}; // status -> how many cards
  let dragged = "";

  function card(row, state) {
    const mayMove = bordergap.mayEdit(row.pairing);
    const tick = mayMove ? el("input", { type: "checkbox", className: "card-tick", "data-gap": row.id, "aria-label": words("bulk.tick", { gap: row.kind_text }) }) : null;
    if (tick) tick.checked = bordergap.isTicked(row.id);
    const open = el("button", { className: "card-open", "data-act": "ledger-open", "data-gap": row.id, "aria-describedby": mayMove ? "board-keys" : null },
      el("span", { className: "card-title" }, el("span", { className: `mark mark-${row.shape} severity-${row.class}`, "aria-hidden": "true" }), el("span", {}, row.what_text ? `${row.kind_text} · ${row.what_text}` : row.kind_text), el("span", { className: "card-severity" }, row.severity.toFixed(0))),
      el("span", { className: "card-pairing" }, row.pairing_text),
      row.todo ? el("span", { className: "card-todo" }, row.todo) : el("span", { className: "card-todo dim" }, row.sentence),
      el("span", { className: "card-foot" }, row.presence_text ? el("span", { className: "badge presence-badge" }, row.presence_text) : null,
        row.lead || row.whos[0] ? el("span", { className: "card-who" }, row.lead || row.whos[0]) : null,
        row.due ? el("span", { className: row.late ? "late" : "card-due" }, row.late ? el("i", { className: "late-mark", "aria-hidden": "true" }, "!") : null, bordergap.sayDay(row.due)) : null));
    return el("li", { className: `board-card${state.gap === row.id ? " chosen" : ""}`, draggable: mayMove ? "true" : null, "data-gap": row.id }, tick, open);
  }

  function column(status, rows, state) {
    const own = rows.filter((row) => row.status === status);
    const costs = own.filter((row) => row.cost_cny !== null);
    const count = shownOf[status] || STEP;
    return el("section", { className: "board-column", "data-status": status, "aria-label": `${bordergap.statusText(status)} ${own.length}` },
      el("header", {}, bordergap.statusMark(status), el("h2", {}, bordergap.statusText(status)), el("b", {}, bordergap.sayNumber(own.length)),
        costs.length ? el("span", { className: "count" }, bordergap.money(costs.reduce((sum, row) => sum + row.cost_cny, 0))) : null),
      el("ul", {}, own.slice(0, count).map((row) => card(row, state))),
      own.length > count ? el("button", { className: "link small", "data-act": "board-more", "data-status": status }, words("board.more", { count: bordergap.sayNumber(own.length - count) })) : null);
  }

  bordergap.ledgerViews.board = function (rows, state) {
    const place = document.getElementById("ledger-board");
    const focused = document.activeElement && place.contains(document.activeElement) ? document.activeElement.closest("[data-gap]") : null;
    const scrolled = new Map([...place.querySelectorAll(".board-column")].map((each) => [each.dataset.status, each.querySelector("ul").scrollTop]));
    const left = place.scrollLeft;
    place.replaceChildren(el("p", { id: "board-keys", className: "visually-hidden" }, words("board.keys")), ...bordergap.STATUSES.map((status) => column(status, rows, state)));
    place.scrollLeft = left;
    place.querySelectorAll(".board-column").forEach((each) => { each.querySelector("ul").scrollTop = scrolled.get(each.dataset.status) || 0; });
    if (focused) focusCard(focused.dataset.gap);
  };

  function focusCard(gap) {
    const found = document.querySelector(`#ledger-board .card-open[data-gap="${CSS.escape(gap)}"]`);
    if (found) found.focus();
  }

  /* Give a gap another status; it is said, and the focus stays with the card. */
  function move(gap, status) {
    const row = bordergap.ledgerRow(gap);
    if (!row || row.status === status || !bordergap.mayEdit(row.pairing)) return;
    bordergap.ledger.change(gap, { status }, row.version);
    bordergap.tellFate(gap);
    document.getElementById("ledger-said").textContent = words("board.moved", { gap: row.kind_text, status: bordergap.statusText(status) });
  }

  document.addEventListener("dragstart", (event) => {
    const found = event.target.closest && event.target.closest(".board-card");
    if (!found) return;
    dragged = found.dataset.gap;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
    found.classList.add("dragged");
  });
  document.addEventListener("dragend", () => {
    dragged = "";
    document.querySelectorAll(".board-card.dragged, .board-column.over").forEach((each) => each.classList.remove("dragged", "over"));
  });
  document.addEventListener("dragover", (event) => {
    const found = dragged && event.target.closest && event.target.closest(".board-column");
    document.querySelectorAll(".board-column.over").forEach((each) => each !== found && each.classList.remove("over"));
    if (!found) return;
    event.preventDefault();
    found.classList.add("over");
  });
  document.addEventListener("drop", (event) => {
    const found = dragged && event.target.closest && event.target.closest(".board-column");
    if (!found) return;
    event.preventDefault();
    move(dragged, found.dataset.status);
  });

  /* Shift and an arrow move a card to the next status; an arrow alone goes to the next card. */
  document.addEventListener("keydown", (event) => {
    const open = event.target.closest && event.target.closest("#ledger-board .card-open");
    if (!open || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const row = bordergap.ledgerRow(open.dataset.gap);
    const at = bordergap.STATUSES.indexOf(row.status);
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (side && event.shiftKey) return move(row.id, bordergap.STATUSES[at + side] || row.status);
    const card_ = open.closest("li");
    if (!side) {
      const next = event.key === "ArrowDown" ? card_.nextElementSibling : card_.previousElementSibling;
      if (next) next.querySelector(".card-open").focus();
      return;
    }
    for (let i = at + side; i >= 0 && i < bordergap.STATUSES.length; i += side) {
      const first = document.querySelector(`#ledger-board [data-status="${bordergap.STATUSES[i]}"] .card-open`);
      if (first) return first.focus();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches && event.target.matches(".card-tick")) bordergap.tick(event.target.dataset.gap, event.target.checked);
  });
  (bordergap.acts = bordergap.acts || {})["board-more"] = (button) => {
    shownOf[button.dataset.status] = (shownOf[button.dataset.status] || STEP) + 5 * STEP;
    bordergap.showLedger();
  };
})();
