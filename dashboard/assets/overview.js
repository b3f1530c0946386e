/* The overview beside its map: the ranking of pairings, of all or of one district, and the facts of the workspace.
   And the way between pages: the bar on top, its menu on narrow screens. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const say = (...given) => bordergap.say(...given);
  let lastPairing = ""; // address of the pairing seen last
  const DWELL_MS = 80; // a pointer that only passes asks for nothing
  let pointed = null; // pairing of the row under the pointer
  let dwell = 0;
  let worst = ""; // the pairing to begin with

  const bars = (boot, rows) => {
    const domains = Object.keys(boot.domains);
    const totals = domains.map((domain, i) => rows.reduce((sum, row) => sum + row.domains[i], 0));
    const most = Math.max(1, ...totals);
    return domains.map((domain, i) => el("div", { className: "bar-row" },
      bordergap.markOf(boot, domain), el("span", { className: "bar-label" }, boot.domains[domain]),
      el("span", { className: "bar-track" }, el("span", { className: "bar-fill", style: { width: `${(100 * totals[i]) / most}%` } })),
      el("span", { className: "bar-number" }, boot.untold.includes(domain) && !totals[i] ? "—" : String(totals[i]))));
  };

  /* The pairings by agreement: pairs and groups, one below the other. */
  function agreed(boot, rows) {
    if (!rows.length) return [];
    return [el("h2", {}, boot.words["overview.agreed"]), el("ul", {}, rows.map((row) => el("li", {},
      el("button", { className: "agreed", "data-act": "open", "data-pairing": row.id },
        el("span", { className: "line-text" }, row.name), el("span", { className: "count" }, boot.words[`kind.${row.kind}`])))))];
  }

  let ranked = []; // what the ranking was made of last

  calls.ranking = function (state, boot, overview, found) {
    if (!overview || state.page !== "overview") return;
    const asked = [overview, found, boot, state.district];
    if (asked.every((each, i) => each === ranked[i])) return; // another colouring of the same, say
    ranked = asked;
    const domains = Object.keys(boot.domains);
    const chosen = overview.rows.filter((row) => !state.district || bordergap.hasDistrict(row.id, state.district));
    const neighbours = chosen.filter((row) => row.kind === "adjacent");
    worst = neighbours.length && !state.district ? neighbours[0].id : worst;
    const rows = neighbours.map((row) => Object.assign({}, row, {
      marks: domains.map((domain, i) => ({ domain, count: row.domains[i], shape: boot.shapes[domain], label: boot.domains[domain] })),
    }));
    const facts = overview.facts.map((fact) => el("div", {}, el("dt", {}, fact.label), el("dd", {}, fact.value)));
    const only = state.district && found ? el("button", { className: "chip", "data-act": "every-district", title: boot.words["find.every"] },
      say(boot, "find.only", { name: bordergap.nameOfDistrict(state.district) }), el("span", {}, " ×")) : null;
    const has = !overview.failed;
    bordergap.draw("ranking-count", has ? say(boot, "overview.count", { count: rows.length }) : "");
    bordergap.draw("overview-facts", has ? facts : []);
    bordergap.draw("overview-domains", has ? bars(boot, neighbours) : []);
    bordergap.draw("ranking-of", has ? only : null);
    bordergap.draw("agreed", has ? agreed(boot, chosen.filter((row) => row.kind !== "adjacent")) : bordergap.failed(boot, "overview"));
    bordergap.set("pairings-grid", { rowData: has ? rows : [] });
  };

  calls.metric = function (state, boot) {
    bordergap.draw("metric-about", boot.words[`metric.${state.metric}_about`]);
    bordergap.shellSays("metric", state.metric);
    bordergap.set("metric", { value: bordergap.give("metric", state.metric) });
    bordergap.set("find", { value: bordergap.give("find", bordergap.foundIn(state)) });
  };

  /* Pointing at a row shows its border on the map, and asks ahead for what a press would open. */
  const rowAt = (target) => {
    const row = target instanceof Element && target.closest("#pairings-grid .ag-row");
    return row ? row.getAttribute("row-id") : null;
  };
  ["pointerover", "focusin", "pointerdown"].forEach((kind) => document.addEventListener(kind, (event) => {
    const id = rowAt(event.target);
    if (id === pointed) return;
    pointed = id;
    bordergap.pointBorder(id);
    window.clearTimeout(dwell);
    if (id) dwell = window.setTimeout(() => bordergap.preparePairing(calls.boot, id), kind === "pointerover" ? DWELL_MS : 0);
  }));

  document.addEventListener("click", (event) => {
    const id = rowAt(event.target);
    if (id) bordergap.open(id);
  });

  /* Which page the bar on top shows as the one in view. */
  calls.nav = function (state, boot) {
    if (state.page === "pairing") lastPairing = bordergap.address(state);
    document.querySelectorAll("#nav-list [data-page]").forEach((button) => {
      if (button.dataset.page === state.page) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    });
    toggle(false);
    bordergap.draw("menu-page", boot.words[`nav.${state.page}`]);
  };

  function toggle(open) {
    const nav = document.getElementById("nav");
    const button = document.getElementById("menu");
    if (!nav || !button) return;
    nav.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.querySelector("#nav.open")) return;
    toggle(false);
    document.getElementById("menu").focus();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#nav")) toggle(false);
  });

  /* Go to a page as it is before anything is chosen on it; the pairing page is the one seen last. */
  function turn(page) {
    const here = bordergap.now();
    const fresh = Object.assign(bordergap.parse(new URL(bordergap.root(), window.location.href).href),
      { page, lang: here.lang, layers: here.layers, hidden: here.hidden, opacity: here.opacity });
    if (page === "pairing") {
      if (lastPairing) Object.assign(fresh, bordergap.parse(new URL(lastPairing, window.location.href).href), { lang: here.lang });
      else fresh.pairing = worst;
      if (!fresh.pairing) fresh.page = "overview";
    }
    bordergap.go(fresh, true);
  }

  Object.assign(bordergap.acts = bordergap.acts || {}, {
    page: (button) => turn(button.dataset.page),
    menu: (button) => toggle(button.getAttribute("aria-expanded") !== "true"),
    "every-district": () => bordergap.go({ district: "" }),
  });
})();
