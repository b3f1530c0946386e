/* One gap told in full: the sentence, its two sides, what it rests on, how its severity is made. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const none = () => window.dash_clientside.no_update;
  const h = (...given) => bordergap.component(...given);
  const say = (...given) => bordergap.say(...given);
  const markOf = (...given) => bordergap.markOf(...given);

  /* A list of things as a table of its own, under its name. */
  function listTable(boot, row, sided) {
    const heads = h("Tr", {}, row.heads.map((head) => h("Th", { scope: "col" }, head)));
    const lines = row.rows.map((cells) => h("Tr", {}, cells.map((cell) => h("Td", {}, cell))));
    const more = row.more ? h("Div", { className: "about" }, say(boot, "evidence.rows_more", { count: row.more })) : null;
    return h("Tr", {}, h("Td", { colSpan: sided ? 3 : 2, className: "inner" }, h("Div", { className: "inner-title" }, row.label),
      h("Div", { className: "inner-scroll" }, h("Table", {}, h("Thead", {}, heads), h("Tbody", {}, lines))), more));
  }

  function evidenceTable(boot, pairing, gap) {
    if (!gap.evidence.length) return null;
    const sided = gap.evidence.some((row) => "a" in row);
    const head = sided ? h("Thead", {}, h("Tr", {}, h("Th", {}, ""),
      h("Th", { scope: "col" }, h("I", { className: "dot side-a" }), between(pairing, gap)[0]),
      h("Th", { scope: "col" }, h("I", { className: "dot side-b" }), between(pairing, gap)[1]))) : null;
    const rows = gap.evidence.map((row) => "heads" in row ? listTable(boot, row, sided) : "a" in row
      ? h("Tr", {}, h("Th", { scope: "row" }, row.label), h("Td", {}, row.a), h("Td", {}, row.b))
      : h("Tr", {}, h("Th", { scope: "row" }, row.label), h("Td", { colSpan: sided ? 2 : 1 }, row.value)));
    return h("Table", { className: "evidence" }, head, h("Tbody", {}, rows));
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
    return h("Div", { className: `side-card side-card-${side}${worse ? " worse" : ""}` },
      h("Div", { className: "side-name" }, h("I", { className: `dot side-${side}` }), between(pairing, gap)[side === "a" ? 0 : 1]),
      gap[side] ? h("Div", { className: "side-value" }, gap[side]) : null,
      h("Div", { className: "side-note" }, sideNote(boot, gap, side, worse)));
  }

  const sideCards = (boot, pairing, gap) => (between(pairing, gap).length === 2
    ? h("Div", { className: "sides" }, sideCard(boot, pairing, gap, "a"), sideCard(boot, pairing, gap, "b")) : null);
  bordergap.sideCards = sideCards;

  function detail(boot, pairing, gap) {
    const facts = ["people", "length", "chainage", "unreachable", "p", "stability"]
      .filter((name) => gap.facts[name] && gap.facts[name] !== "—")
      .map((name) => h("Div", {}, h("Dt", {}, boot.words[`detail.${name}`]), h("Dd", {}, gap.facts[name])));
    return [
      h("Header", { className: "detail-head" },
        markOf(boot, gap.domain, gap.class),
        h("H2", {}, gap.what_text ? `${gap.kind_text} · ${gap.what_text}` : gap.kind_text),
        gap.way ? h("Span", { className: `way-tag way-${gap.way}`, title: boot.words[`ways.${gap.way}_about`] }, boot.words[`ways.${gap.way}`]) : null,
        h("Span", { className: `severity-badge severity-${gap.class}` }, gap.severity.toFixed(1)),
        h("Button", { className: "plain round", title: boot.words["detail.close"], "data-act": "close", "aria-label": boot.words["detail.close"] }, "×")),
      h("P", { className: "sentence" }, gap.sentence),
      sideCards(boot, pairing, gap),
      h("Dl", { className: "facts" }, facts),
      h("Section", { className: "follow-up", id: "follow-up", "data-gap": gap.id }),
      gap.provenance === "measured" ? null
        : h("P", { className: `provenance provenance-${gap.provenance}` }, boot.words[`provenance.${gap.provenance}_about`]),
      h("H3", {}, boot.words["detail.evidence"]), evidenceTable(boot, pairing, gap),
      h("H3", {}, boot.words["detail.severity"]),
      h("Dl", { className: "factors" }, ["magnitude", "exposure", "confidence"].map((name) => h("Div", {},
        h("Dt", {}, boot.words[`detail.${name}`]), h("Dd", {}, gap.parts[name]), h("Dd", { className: "about" }, boot.words[`detail.${name}_about`])))),
      h("P", { className: "sum" }, gap.sum), h("P", { className: "about" }, boot.words["detail.severity_about"]),
      h("Div", { className: "detail-foot" }, h("Button", { className: "plain", "data-act": "share" }, boot.words["detail.copy"]),
        h("A", { className: "gap-id", href: bordergap.address(bordergap.now()), title: boot.words["detail.link"] }, gap.id)),
    ];
  }

  calls.detail = function (state, pairing, boot, selected) {
    if (!pairing || state.page !== "pairing" || pairing.id !== state.pairing) return [none(), none(), none()];
    const gap = pairing.gaps.find((row) => row.id === state.gap);
    bordergap.give("gap", gap ? gap.id : "");
    if (!gap) {
      const key = pairing.gaps.length ? "detail.empty" : pairing.borders ? "detail.no_gaps" : "detail.no_border";
      return [bordergap.preview(boot, pairing, state) || h("P", { className: "empty" }, boot.words[key]), [], none()];
    }
    bordergap.followUpInDetail(gap, between(pairing, gap));
    const chosen = Array.isArray(selected) && selected.length === 1 && selected[0].id === gap.id;
    if (chosen) return [detail(boot, pairing, gap), none(), none()];
    return [detail(boot, pairing, gap), { ids: [gap.id] }, { rowId: gap.id }];
  };
})();
