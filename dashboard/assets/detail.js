/* One gap told in full: the sentence, its two sides, what it rests on, how its severity is made. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const el = (...given) => bordergap.element(...given);
  const say = (...given) => bordergap.say(...given);
  const markOf = (...given) => bordergap.markOf(...given);

  /* A list of things as a table of its own, under its name. */
  function listTable(boot, row, sided) {
    const heads = el("tr", {}, row.heads.map((head) => el("th", { scope: "col" }, head)));
    const lines = row.rows.map((cells) => el("tr", {}, cells.map((cell) => el("td", {}, cell))));
    const more = row.more ? el("div", { className: "about" }, say(boot, "evidence.rows_more", { count: row.more })) : null;
    return el("tr", {}, el("td", { colSpan: sided ? 3 : 2, className: "inner" }, el("div", { className: "inner-title" }, row.label),
      el("div", { className: "inner-scroll" }, el("table", {}, el("thead", {}, heads), el("tbody", {}, lines))), more));
  }

  function evidenceTable(boot, pairing, gap) {
    if (!gap.evidence.length) return null;
    const sided = gap.evidence.some((row) => "a" in row);
    const head = sided ? el("thead", {}, el("tr", {}, el("th", {}, ""),
      el("th", { scope: "col" }, el("i", { className: "dot side-a" }), between(pairing, gap)[0]),
      el("th", { scope: "col" }, el("i", { className: "dot side-b" }), between(pairing, gap)[1]))) : null;
    const rows = gap.evidence.map((row) => "heads" in row ? listTable(boot, row, sided) : "a" in row
      ? el("tr", {}, el("th", { scope: "row" }, row.label), el("td", {}, row.a), el("td", {}, row.b))
      : el("tr", {}, el("th", { scope: "row" }, row.label), el("td", { colSpan: sided ? 2 : 1 }, row.value)));
    return el("table", { className: "evidence" }, head, el("tbody", {}, rows));
  }

  /* The two sides of a gap: in a group those of its own border. */
  const between = (pairing, gap) => gap.members || pairing.members;

  function sideNote(boot, gap, side, worse) {
    if (gap.side === "both") return boot.words["detail.both"];
    if (worse) return boot.words["detail.worse"];
    return gap[side] ? boot.words["detail.better"] : gap.kind === "service_desert" ? boot.words["detail.unaffected"] : "";
  }

  function sideCard(boot, pairing, gap, side) {
    const worse = gap.side === side || gap.side === "both";
    return el("div", { className: `side-card side-card-${side}${worse ? " worse" : ""}` },
      el("div", { className: "side-name" }, el("i", { className: `dot side-${side}` }), between(pairing, gap)[side === "a" ? 0 : 1]),
      gap[side] ? el("div", { className: "side-value" }, gap[side]) : null,
      el("div", { className: "side-note" }, sideNote(boot, gap, side, worse)));
  }

  const sideCards = (boot, pairing, gap) => (between(pairing, gap).length === 2
    ? el("div", { className: "sides" }, sideCard(boot, pairing, gap, "a"), sideCard(boot, pairing, gap, "b")) : null);
  bordergap.sideCards = sideCards;

  function detail(boot, pairing, gap) {
    const facts = ["people", "length", "chainage", "unreachable", "p", "stability"]
      .filter((name) => gap.facts[name] && gap.facts[name] !== "—")
      .map((name) => el("div", {}, el("dt", {}, boot.words[`detail.${name}`]), el("dd", {}, gap.facts[name])));
    return [
      el("header", { className: "detail-head" },
        markOf(boot, gap.domain, gap.class),
        el("h2", {}, gap.what_text ? `${gap.kind_text} · ${gap.what_text}` : gap.kind_text),
        gap.way ? el("span", { className: `way-tag way-${gap.way}`, title: boot.words[`ways.${gap.way}_about`] }, boot.words[`ways.${gap.way}`]) : null,
        el("span", { className: `severity-badge severity-${gap.class}` }, gap.severity.toFixed(1)),
        el("button", { className: "plain round", title: boot.words["detail.close"], "data-act": "close", "aria-label": boot.words["detail.close"] }, "×")),
      el("p", { className: "sentence" }, gap.sentence),
      sideCards(boot, pairing, gap),
      el("dl", { className: "facts" }, facts),
      el("section", { className: "follow-up", id: "follow-up", "data-gap": gap.id }),
      gap.provenance === "measured" ? null
        : el("p", { className: `provenance provenance-${gap.provenance}` }, boot.words[`provenance.${gap.provenance}_about`]),
      el("h3", {}, boot.words["detail.evidence"]), evidenceTable(boot, pairing, gap),
      el("h3", {}, boot.words["detail.severity"]),
      el("dl", { className: "factors" }, ["magnitude", "exposure", "confidence"].map((name) => el("div", {},
        el("dt", {}, boot.words[`detail.${name}`]), el("dd", {}, gap.parts[name]), el("dd", { className: "about" }, boot.words[`detail.${name}_about`])))),
      el("p", { className: "sum" }, gap.sum), el("p", { className: "about" }, boot.words["detail.severity_about"]),
      el("div", { className: "detail-foot" }, el("button", { className: "plain", "data-act": "share" }, boot.words["detail.copy"]),
        el("a", { className: "gap-id", title: boot.words["detail.link"] }, gap.id)),
    ];
  }

  /* What to say while no gap is chosen, and what to do next. */
  function empty(boot, pairing) {
    const none = bordergap.noneKey(pairing);
    const key = pairing.gaps.length ? "detail.empty" : none === "detail.no_gaps" && pairing.not_computed.length ? "detail.no_gaps_listed" : none;
    const bring = pairing.bare && pairing.borders ? el("button", { className: "plain", "data-act": "page", "data-page": "data" }, boot.words["overview.bring"]) : null;
    return el("div", { className: "empty" }, el("p", {}, boot.words[key]), bring);
  }

  /* Why a pairing has no gaps. */
  bordergap.noneKey = (pairing) => (!pairing.borders ? "detail.no_border" : pairing.bare ? "overview.bare" : "detail.no_gaps");

  let told = null; // the gap that the panel tells, and in which words
  let toldBy = null;

  /* Tell of the gap in view; returns what becomes of the list, where it is to be chosen, too. */
  bordergap.detail = function (state, pairing, boot) {
    const gap = pairing.gaps.find((row) => row.id === state.gap);
    bordergap.give("gap", gap ? gap.id : "");
    if (!gap) {
      bordergap.draw("detail", bordergap.preview(boot, pairing, state) || empty(boot, pairing));
      told = null;
      return { selectedRows: [] };
    }
    // What is written in the follow-up of a gap stays while the list beside it is filtered.
    if (told !== gap || toldBy !== boot) bordergap.draw("detail", detail(boot, pairing, gap));
    [told, toldBy] = [gap, boot];
    bordergap.part("detail", (place) => place.querySelector(".gap-id").setAttribute("href", bordergap.address(state)));
    bordergap.followUpInDetail(gap, between(pairing, gap));
    const selected = bordergap.propertyOf("gaps-grid", "selectedRows");
    const isChosen = Array.isArray(selected) && selected.length === 1 && selected[0].id === gap.id;
    return isChosen ? {} : { selectedRows: { ids: [gap.id] }, scrollTo: { rowId: gap.id } };
  };
})();
