/* The gaps of a chapter as rows: filtered, put in order, opened for their detail. */
(function () {
  "use strict";
  const page = window.bordergap;
  const { el, words, fillIn } = page;
  const ORDERS = {
    rank: (finding) => finding.rank,
    severity: (finding) => -finding.severity,
    people: (finding) => (finding.people_number === null ? 1 : -finding.people_number),
    place: (finding) => (finding.chainage === null ? Infinity : finding.chainage),
    kind: (finding) => finding.kind_text,
    side: (finding) => finding.side,
  };
  const COLUMNS = ["rank", "severity", "finding", "side", "people"];

  function compare(one, other) {
    if (one === other) return 0;
    return one < other ? -1 : 1;
  }

  function select(label, options) {
    const node = el("select", "", { "aria-label": label }, options.map(([value, said]) => el("option", "", { value }, said)));
    return node;
  }

  /* Return a list; `onFilter` gets the ids in view, `onPick` the one that is chosen. */
  function create(chapter, onFilter, onPick) {
    const findings = chapter.findings;
    const rows = new Map(findings.map((finding) => [finding.gap_id, row(finding)]));
    const body = el("tbody", "", {});
    const shown = el("p", "shown", { role: "status" });
    const nothing = el("p", "nothing", { hidden: true }, findings.length ? words.none_pass : words.none_listed);
    let order = "rank";
    let isBackwards = false;
    let open = null;

    const kinds = [...new Map(findings.map((finding) => [finding.kind, finding.kind_text]))];
    const sides = ["a", "b", "both"].filter((side) => findings.some((finding) => finding.side === side));
    const search = el("input", "", { type: "search", placeholder: words.find, "aria-label": words.find });
    const kind = select(words.kind, [["", words.any_kind], ...kinds]);
    const side = select(words.side, [["", words.any_side], ...sides.map((name) => [name, words["side_" + name]])]);
    const severity = select(words.severity, [["0", words.any_severity], ...page.data.breaks.map((value) => [value, fillIn(words.from_severity, { severity: value })])]);
    const orders = select(words.order, Object.keys(ORDERS).map((name) => [name, words[name]]));
    const domains = page.data.domains
      .map((domain) => [domain, findings.filter((finding) => finding.domain === domain.name).length])
      .filter(([, count]) => count)
      .map(([domain, count]) => {
        const box = el("input", "", { type: "checkbox", value: domain.name });
        return { box, node: el("label", "domain", {}, box, page.mark(domain.name), `${domain.label} ${count}`) };
      });
    const reset = el("button", "reset", { type: "button" }, words.reset);
    const heads = COLUMNS.map((name) => {
      if (!ORDERS[name]) return el("th", "", { scope: "col" }, words[name]);
      const button = el("button", "", { type: "button" }, words[name]);
      button.addEventListener("click", () => sort(name, order === name && !isBackwards));
      return el("th", "col-" + name, { scope: "col", "data-column": name }, button);
    });

    function row(finding) {
      const button = el("button", "open", { type: "button", "aria-expanded": "false" }, page.mark(finding.domain), finding.title);
      const line = el("tr", "gap", { "data-gap": finding.gap_id },
        el("td", "col-rank", {}, String(finding.rank)),
        el("td", "col-severity", {}, page.chip(finding)),
        el("td", "col-finding", {}, button, el("p", "sentence", {}, finding.sentence), el("p", "small", {}, finding.place + " ", page.badge(finding.provenance === "measured" ? "" : finding.provenance_text))),
        el("td", "col-side", {}, page.sideText(finding.side, finding.side_text)),
        el("td", "col-people", {}, finding.people_short));
      line.addEventListener("click", (event) => {
        if (event.target.closest("a") || String(window.getSelection())) return;
        pick(open === finding.gap_id ? null : finding.gap_id);
      });
      const more = el("tr", "detail", { hidden: true }, el("td", "", { colspan: COLUMNS.length }));
      const told = [finding.title, finding.sentence, finding.place, finding.side_text, finding.kind_text].join(" ").toLowerCase();
      return { finding, line, more, button, told };
    }

    function passes({ finding, told }) {
      const wanted = domains.filter(({ box }) => box.checked).map(({ box }) => box.value);
      return (
        (!wanted.length || wanted.includes(finding.domain)) &&
        (!kind.value || finding.kind === kind.value) &&
        (!side.value || finding.side === side.value) &&
        finding.severity >= Number(severity.value) &&
        told.includes(search.value.trim().toLowerCase())
      );
    }

    function show() {
      const by = ORDERS[order];
      const seen = [...rows.values()].filter(passes);
      seen.sort((one, other) => (isBackwards ? -1 : 1) * compare(by(one.finding), by(other.finding)) || one.finding.rank - other.finding.rank);
      if (open && !seen.some(({ finding }) => finding.gap_id === open)) pick(null);
      body.replaceChildren(...seen.flatMap(({ line, more }) => [line, more]));
      shown.textContent = fillIn(words.shown, { count: seen.length, all: findings.length });
      nothing.hidden = seen.length > 0;
      heads.forEach((head) => {
        if (head.dataset.column === order) head.setAttribute("aria-sort", isBackwards ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      orders.value = order;
      onFilter(new Set(seen.map(({ finding }) => finding.gap_id)));
    }

    function sort(name, backwards) {
      order = name;
      isBackwards = backwards;
      show();
    }

    function pick(id) {
      const before = rows.get(open);
      if (before) {
        before.line.classList.remove("chosen");
        before.button.setAttribute("aria-expanded", "false");
        before.more.hidden = true;
      }
      open = id;
      const now = rows.get(id);
      if (now) {
        const cell = now.more.firstChild;
        if (!cell.childNodes.length) cell.append(detail(now.finding, chapter));
        now.line.classList.add("chosen");
        now.button.setAttribute("aria-expanded", "true");
        now.more.hidden = false;
      }
      onPick(id);
    }

    [search, kind, side, severity, ...domains.map(({ box }) => box)].forEach((input) => input.addEventListener("input", show));
    orders.addEventListener("input", () => sort(orders.value, false));
    reset.addEventListener("click", () => {
      search.value = kind.value = side.value = "";
      severity.value = "0";
      domains.forEach(({ box }) => (box.checked = false));
      show();
    });
    const node = !findings.length ? el("div", "list", {}, nothing) : el("div", "list", {},
      el("div", "filters", { role: "group", "aria-label": words.filters }, el("div", "domains", {}, domains.map((each) => each.node)), el("div", "inputs", {}, search, kind, side, severity, el("label", "order", {}, words.order + " ", orders))),
      el("div", "state", {}, shown, reset),
      el("table", "gaps", {}, el("thead", "", {}, el("tr", "", {}, heads)), body),
      nothing);
    return {
      node,
      show,
      pick(id) {
        pick(id);
        const found = rows.get(id);
        if (found) found.line.scrollIntoView({ block: "nearest" });
      },
    };
  }

  function detail(finding, chapter) {
    const sides = chapter.sides.length ? chapter.sides : [{ letter: "a", name: words.side_a }, { letter: "b", name: words.side_b }];
    const values = { a: finding.value_a, b: finding.value_b };
    const beside = values.a || values.b
      ? el("dl", "beside", {}, sides.map((side) => el("div", "beside-" + side.letter, {}, el("dt", "side-text side-" + side.letter, { dir: "auto" }, side.name), el("dd", "", {}, values[side.letter] || "—"))))
      : null;
    const facts = [finding.place, finding.people, finding.provenance_text].filter(Boolean).join(" · ");
    const pairs = finding.evidence.filter((row) => !row.heads);
    const lists = finding.evidence.filter((row) => row.heads);
    return el("div", "about", {},
      beside,
      el("p", "small", {}, facts),
      pairs.length ? page.table("evidence", [words.evidence, ...sides.map((side) => page.sideText(side.letter, side.name))], pairs.map((row) => ("a" in row ? [row.label, row.a, row.b] : [row.label, el("td", "", { colspan: 2 }, row.value)]))) : null,
      lists.map((row) => [el("h5", "", {}, row.label), page.table("evidence", row.heads, row.rows), row.more ? el("p", "small", {}, fillIn(words.rows_more, { count: row.more })) : null]),
      el("p", "small", {}, fillIn(words.severity_sum, { sum: finding.severity_sum })),
      finding.stability ? el("p", "small", {}, fillIn(words.stability, { runs: finding.stability })) : null);
  }

  Object.assign(page, { createList: create });
})();
