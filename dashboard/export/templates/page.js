/* A report's page: head, chapters, what they rest on. One chapter is in view; on paper all are. */
(function () {
  "use strict";
  const page = window.bordergap;
  const { el, data, words, fillIn, section } = page;
  const isNarrow = window.matchMedia("(max-width: 640px)").matches;
  const built = new Map();

  function facts(rows) {
    return el("dl", "facts", {}, rows.map((fact) => el("div", "", {}, el("dt", "", {}, fact.label), el("dd", "", {}, fact.value, page.badge(fact.mark)))));
  }

  function head() {
    return el("header", "top", {},
      el("p", "small", {}, [data.title, data.workspace, data.date].filter(Boolean).join(" · ")),
      data.chapters.length > 1 ? el("h1", "", {}, data.subject) : null,
      el("aside", "caution", { "aria-label": words.marks }, data.appendix.marks.map((said) => el("p", "", {}, said))));
  }

  function contents() {
    if (data.chapters.length < 2) return null;
    const rows = data.chapters.map((chapter, i) => [
      el("a", "", { href: "#chapter-" + (i + 1), dir: "auto" }, chapter.title),
      String(chapter.findings.length),
      chapter.findings.length ? page.chip(chapter.findings[0]) : "—",
      chapter.people,
    ]);
    return el("nav", "contents", { "aria-label": words.contents }, el("h2", "", {}, words.contents), page.table("", [words.pairing, words.gaps, words.worst, words.people], rows));
  }

  function build(i) {
    const chapter = data.chapters[i];
    const node = built.get(i);
    if (node.childNodes.length) return;
    const map = page.createMap(chapter, (id) => list.pick(id));
    const list = page.createList(chapter, map.filter, map.choose);
    const about = [data.mark, data.review].filter(Boolean).join(" · ");
    const found = [
      el("p", "small", {}, chapter.kind_text),
      el("h2", "title", { dir: "auto" }, chapter.title),
      chapter.sides.length ? el("p", "sides", {}, chapter.sides.map((side) => page.sideText(side.letter, `${words["side_" + side.letter]} ${side.name}`))) : null,
      facts(chapter.facts),
      section(words.summary, "summary", chapter.summary.map((said) => el("p", "", {}, said))),
      section(words.findings, "found",
        data.filtered ? el("p", "small", {}, fillIn(words.filtered, { filters: data.filtered })) : null,
        el("div", chapter.findings.length ? "desk" : "desk without", {}, el("div", "map-side", {}, map.node, el("p", "small", {}, about), map.legend), list.node)),
      chapter.profiles.length ? section(words.profile, "profiles", el("p", "small", {}, words.profile_rule), chapter.profiles.map((one) => page.profile(one, chapter.sides, isNarrow))) : null,
      chapter.comparison ? section(words.comparison, "", comparison(chapter)) : null,
      chapter.programme.length ? section(words.programme, "", el("ul", "programme", {}, chapter.programme.map((item) => el("li", "", {}, el("strong", "", {}, item.title), el("p", "small", {}, item.about))))) : null,
      section(words.missing, "", chapter.not_computed.length
        ? page.table("", [words.check, words.what, words.count, words.reason], chapter.not_computed.map((row) => [row.check, row.what, row.count, row.reason]))
        : el("p", "", {}, words.all_computed)),
    ];
    node.append(...found.filter(Boolean));
    list.show();
    map.resize();
  }

  function comparison(chapter) {
    const { heads, rows } = chapter.comparison;
    const said = chapter.sides.length ? heads.map((name, i) => page.sideText("ab"[i], name)) : heads;
    return page.table("comparison", [words.indicator, ...said], rows.map(([label, values, mark]) => [
      el("td", "", {}, label + " ", page.badge(mark)),
      ...(values.length === heads.length ? values : [el("td", "", { colspan: heads.length }, values[0])]),
    ]));
  }

  function appendix() {
    const of = data.appendix;
    const rows = (facts) => page.table("plain", [], facts.map((fact) => [el("td", "label", {}, fact.label), fact.value]));
    const isAddress = of.address && /^https?:/.test(of.address);
    return el("section", "appendix", {},
      el("h2", "", {}, words.appendix),
      section(words.method, "", of.method.map((fact) => el("p", "", {}, el("strong", "", {}, fact.label + " "), fact.value)), el("p", "formula", {}, of.formula)),
      of.definitions.length ? section(words.definitions, "", page.table("plain", [], of.definitions.map((one) => [el("td", "label", {}, one.kind), one.domain, one.text]))) : null,
      section(words.settings, "", el("p", "small", {}, words.settings_changed), page.table("plain", [], of.settings.map((one) => [one.meaning, el("td", "", {}, one.value + " ", page.badge(one.changed ? words.changed : "")), el("td", "name", {}, one.name)]))),
      section(words.sources, "", of.sources.map((source) => el("div", "source", {}, el("h4", "", {}, source.layer + " ", page.badge(source.provenance === "measured" ? "" : source.provenance_text)), el("p", "small", {}, source.facts.map((fact) => `${fact.label} ${fact.value}`).join(" · ")), source.notes.map((note) => el("p", "small", {}, note))))),
      section(words.run, "", rows(of.run), el("p", "small", {}, of.view), isAddress ? el("p", "small", {}, el("a", "", { href: of.address, rel: "noreferrer noopener" }, words.address)) : null));
  }

  function asked() {
    const found = /^#chapter-(\d+)$/.exec(window.location.hash);
    return found ? Math.min(Math.max(Number(found[1]), 1), data.chapters.length) - 1 : 0;
  }

  function show(i) {
    built.forEach((node, place) => node.classList.toggle("away", place !== i));
    build(i);
    document.querySelectorAll(".contents a").forEach((link, place) => {
      if (place === i) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  const chapters = data.chapters.map((_, i) => {
    const node = el("article", "chapter away", { id: "chapter-" + (i + 1) });
    built.set(i, node);
    return node;
  });
  document.getElementById("report").append(...[head(), contents(), ...chapters, appendix()].filter(Boolean));
  show(asked());
  window.addEventListener("hashchange", () => {
    show(asked());
    built.get(asked()).scrollIntoView();
  });
  window.addEventListener("beforeprint", () => built.forEach((_, i) => build(i)));
})();
