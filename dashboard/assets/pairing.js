/* The pairing's panels: its heading, its gaps and the filters on them, its profile. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const none = () => window.dash_clientside.no_update;
  const h = (...given) => bordergap.component(...given);
  const say = (...given) => bordergap.say(...given);
  const give = (...given) => bordergap.give(...given);
  const markOf = (...given) => bordergap.markOf(...given);
  const box = (properties) => ({ namespace: "dash_mantine_components", type: "Checkbox", props: properties });
  const FACETS = ["domain", "kind", "side", "provenance"];
  const BINS = 20;

  const addressOf = (boot, name, id) => `${boot.addresses[name]}?${new URLSearchParams({ id })}`;
  bordergap.preparePairing = (boot, id) => ["pairing", "profiles"].forEach((name) => bordergap.prepare(addressOf(boot, name, id)));

  calls.pairing = async function (state, boot, before) {
    if (state.page !== "pairing" || (before && before.id === state.pairing && before.missing !== "failed" && before.lang === boot.lang)) return none();
    try {
      bordergap.preparePairing(boot, state.pairing); // the profiles come meanwhile
      const pairing = Object.assign({}, await bordergap.body(addressOf(boot, "pairing", state.pairing)));
      calls.pairingShown = Object.assign(bordergap.place(pairing), { lang: boot.lang });
      return calls.pairingShown;
    } catch (error) {
      return { id: state.pairing, lang: boot.lang, missing: error.message === "404" ? "missing" : "failed", gaps: [], not_computed: [], facts: [], members: [] };
    }
  };

  const sideName = (boot, pairing, side) =>
    side !== "both" && pairing.members.length === 2 ? pairing.members[side === "a" ? 0 : 1] : boot.words[`side.${side}`];

  /* A row as the grid shows it: the gap, and the words for its vocabulary. */
  const decorated = (boot, pairing) => (row) => Object.assign({}, row, {
    shape: boot.shapes[row.domain],
    side_text: sideName(boot, row.members ? row : pairing, row.side),
    provenance_text: boot.provenances[row.provenance],
    provenance_short: boot.words[`badge.${row.provenance}`],
    new_text: row.new ? boot.words["new.badge"] : "",
  });

  function facet(boot, pairing, state, name) {
    const rows = pairing.gaps;
    const words = { domain: boot.domains, kind: boot.kinds, provenance: boot.provenances };
    const found = bordergap.counts(rows, state, name);
    const order = name === "kind" ? Object.keys(boot.kinds) : name === "domain" ? Object.keys(boot.domains)
      : name === "side" ? ["a", "b", "both"] : Object.keys(boot.provenances);
    const options = order.filter((value) => value in found || state[name].includes(value)).map((value) => box({
      value, size: "xs", id: `facet-${name}-${value}`,
      label: h("Span", { className: "option" },
        name === "domain" ? markOf(boot, value) : null,
        name === "side" ? h("I", { className: `dot side-${value}` }) : null,
        h("Span", { className: "option-label" }, words[name] ? words[name][value] || value : sideName(boot, pairing, value)),
        h("Span", { className: "option-count" }, String(found[value] || 0))),
    }));
    return [options, give(name, state[name])];
  }

  function histogram(rows, state) {
    const bins = new Array(BINS).fill(0);
    rows.filter((row) => bordergap.passes(row, state, "severity"))
      .forEach((row) => (bins[Math.min(BINS - 1, Math.floor((row.severity / 100) * BINS))] += 1));
    const most = Math.max(1, ...bins);
    return bins.map((count, i) => h("Span", {
      className: `bin severity-${bordergap.level((100 * i) / BINS)}${(100 * i) / BINS < state.severity ? " out" : ""}`,
      style: { height: `${(100 * count) / most}%` },
    }));
  }

  calls.listed = function (state, pairing, boot) {
    if (!pairing || state.page !== "pairing" || pairing.id !== state.pairing) return new Array(14).fill(none());
    bordergap.fitGrid("gaps-grid", ["side", "chainage"]);
    const passing = pairing.gaps.filter((row) => bordergap.passes(row, state));
    const all = pairing.gaps.length;
    const said = passing.length === all ? say(boot, "gaps.count", { count: all }) : say(boot, "gaps.count_of", { count: passing.length, all });
    return [
      passing.map(decorated(boot, pairing)), said, !bordergap.isFiltered(state), histogram(pairing.gaps, state),
      state.severity ? `≥ ${state.severity}` : boot.words["facet.any"],
      calls.dragged === state.severity ? none() : give("severity", state.severity),
      ...FACETS.flatMap((name) => facet(boot, pairing, state, name)),
    ];
  };

  /* Members of a cooperating pair next to each other. */
  function sideBySide(boot, pairing) {
    const heads = ["a", "b"].map((side, i) => h("Th", { scope: "col" }, h("I", { className: `dot side-${side}` }), pairing.members[i]));
    const rows = pairing.comparison.map((row) => h("Tr", {},
      h("Th", { scope: "row" }, row.label, row.mark ? h("Span", { className: "badge" }, row.mark) : null),
      "value" in row ? h("Td", { colSpan: 2 }, row.value) : [h("Td", {}, row.a || "—"), h("Td", {}, row.b || "—")]));
    return h("Details", { open: pairing.gaps.length === 0 }, h("Summary", {}, boot.words["comparison.title"]),
      h("Table", { className: "evidence comparison" }, h("Thead", {}, h("Tr", {}, h("Th", {}, ""), heads)), h("Tbody", {}, rows)));
  }

  /* How many gaps are jumps, how many depressions; each a way to list them alone. */
  function twoWays(boot, pairing) {
    if (!pairing.gaps.length) return null;
    const parts = ["jump", "depression"].map((way) => {
      const count = pairing.gaps.filter((row) => row.way === way).length;
      const said = [h("B", {}, boot.words[`ways.${way}`]), h("Span", { className: "count" }, boot.words[`ways.${way}_about`]), h("Span", { className: "way-count" }, String(count))];
      return count ? h("Button", { className: `way way-${way}`, "data-act": "kinds", "data-kinds": pairing.ways[way].join(","), title: boot.words["ways.list"] }, said)
        : h("Span", { className: `way way-${way} none` }, said);
    });
    return h("Div", { className: "ways" }, parts);
  }

  calls.heading = function (pairing, boot) {
    if (!pairing) return [none(), none()];
    if (pairing.missing === "failed") return [[h("H1", {}, boot.words["pairing.failed"]), bordergap.failed(boot, "pairing")], []];
    if (pairing.missing) return [[h("H1", {}, boot.words["pairing.missing"]), h("P", { className: "about" }, boot.words["pairing.missing_hint"])], []];
    const sides = pairing.members.length === 2 ? ["a", "b"] : pairing.members.map(() => "");
    const names = pairing.members.slice(0, 2).map((name, i) => h("Span", { className: `member member-${sides[i]}` }, name));
    const facts = pairing.facts.map((fact) => h("Div", {}, h("Dt", {}, fact.label), h("Dd", {}, fact.value)));
    const many = pairing.members.length > 2;
    const title = many ? [pairing.name, h("Span", { className: "count" }, say(boot, "pairing.members", { count: pairing.members.length }))] : names;
    document.getElementById("shell").dataset.borders = pairing.borders ? "some" : "none";
    const compare = pairing.kind === "adjacent" ? null
      : h("Button", { className: "plain to-compare", "data-act": "compare", "data-pairing": pairing.id }, boot.words[pairing.members.length > 2 ? "compare.go_group" : "compare.go"]);
    const head = [h("H1", { className: "members" }, title, compare), h("Dl", { className: "facts" }, facts), twoWays(boot, pairing), bordergap.leadGap(boot, pairing)];
    bordergap.keyMarks(pairing);
    const items = pairing.programme.map((item) => h("Li", {}, h("B", {}, item.title), h("Div", {}, item.about)));
    const programme = items.length ? h("Details", { open: pairing.gaps.length === 0 },
      h("Summary", {}, say(boot, "programme.title", { count: items.length })), h("Ul", {}, items)) : null;
    const comparison = pairing.comparison.length ? sideBySide(boot, pairing) : null;
    if (!pairing.not_computed.length) return [head, [comparison, programme]];
    const lines = pairing.not_computed.map((row) => h("Li", {},
      h("B", {}, row.what ? `${row.check} · ${row.what}` : row.check), " ", row.reason, row.count ? ` (${row.count})` : ""));
    return [head, [comparison, programme, h("Details", {},
      h("Summary", {}, say(boot, "not_computed.title", { count: lines.length })), h("Ul", {}, lines))]];
  };

  calls.profiles = async function (state, pairing, boot, before) {
    if (!pairing || state.page !== "pairing" || pairing.id !== state.pairing || !pairing.profiles) return before ? null : none();
    if (before && before.id === pairing.id && !before.failed && before.lang === boot.lang) return none();
    const told = { id: pairing.id, lang: boot.lang };
    try {
      return Object.assign({}, await bordergap.body(addressOf(boot, "profiles", pairing.id)), told);
    } catch (error) {
      return Object.assign({ measurables: [], failed: true }, told);
    }
  };

  calls.profile = function (state, profiles, pairing, boot) {
    const isOther = !profiles || !pairing || profiles.id !== pairing.id;
    calls.profileShown = null;
    if (!isOther && profiles.failed) return [false, ...new Array(5).fill(none()), bordergap.failed(boot, "profiles"), "failed"];
    if (isOther || !profiles.measurables.length) return [true, ...new Array(7).fill(none())];
    const chosen = bordergap.measurable(state, profiles, pairing);
    const data = profiles.measurables.map((each) => ({ value: each.name, label: each.label }));
    calls.profileShown = { state, chosen, profiles, pairing, boot };
    const verdict = chosen.across.verdict;
    const about = state.direction === "across"
      ? [h("B", { className: `verdict verdict-${verdict.way}` }, boot.words[`ways.${verdict.way}`]), " ", verdict.text] : [];
    return [false, data, give("measure", chosen.name), give("direction", state.direction), chosen.unit,
      bordergap.profileFigure(state, chosen, profiles, pairing, boot), about, state.direction];
  };

  /* What narrows the list besides the facets: the stretch picked on the profile, words, what is new. */
  calls.narrowed = function (state, pairing, boot) {
    if (!pairing || state.page !== "pairing" || pairing.id !== state.pairing) return new Array(6).fill(none());
    const length = bordergap.borderKm(pairing);
    const wide = state.km ? pairing.gaps.filter((row) => !row.km).length : 0;
    const chip = state.km && length ? h("Button", { className: "chip", id: "stretch-chip", "data-act": "stretch-off", title: boot.words["stretch.keys"],
      "aria-label": `${bordergap.saidStretch(boot, state.km)}, ${boot.words["stretch.off"]}` },
      bordergap.saidStretch(boot, state.km), h("Span", { className: "chip-off" }, "×")) : null;
    const left = wide ? h("Span", { className: "count" }, say(boot, "stretch.wide", { count: wide })) : null;
    const count = pairing.gaps.filter((row) => row.new && bordergap.passes(row, state, "fresh")).length;
    const since = pairing.since && new Intl.DateTimeFormat(boot.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium" }).format(new Date(pairing.since));
    const fresh = pairing.since ? h("Button", { className: "toggle", "data-act": "fresh", "aria-pressed": String(state.fresh) },
      h("Span", { className: "option-label" }, say(boot, "new.only", { date: since })), h("Span", { className: "option-count" }, String(count))) : null;
    const ends = state.km || ["", ""];
    give("stretch", ends);
    return [chip ? [chip, left] : [], fresh ? [fresh] : [], calls.typed === state.find ? none() : give("gap-words", state.find), ends[0], ends[1], !length];
  };

})();
