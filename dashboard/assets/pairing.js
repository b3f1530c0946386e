/* The pairing's panels: its heading, its gaps and the filters on them, its profile. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const say = (...given) => bordergap.say(...given);
  const give = (...given) => bordergap.give(...given);
  const set = (...given) => bordergap.set(...given);
  const FACETS = ["domain", "kind", "side", "provenance"];
  const BINS = 20;

  const addressOf = (boot, name, id) => `${boot.addresses[name]}?${new URLSearchParams({ id })}`;
  bordergap.preparePairing = (boot, id) => ["pairing", "profiles"].forEach((name) => bordergap.prepare(addressOf(boot, name, id)));

  let opened = {}; // the pairing opened last: its id, its words, what there is to show of it, and its profiles, to come

  function openedFor(boot, id) {
    if (opened.id === id && opened.boot === boot) return opened;
    bordergap.preparePairing(boot, id); // the profiles come meanwhile
    const told = { id, lang: boot.lang };
    const mine = (opened = { id, boot });
    const missing = (why) => Object.assign(told, { missing: why, gaps: [], not_computed: [], facts: [], members: [] });
    mine.pairing = bordergap.body(addressOf(boot, "pairing", id)).then(
      (body) => bordergap.place(Object.assign({}, body, told)),
      (error) => {
        if (error.message === "404") return missing("missing");
        if (opened === mine) opened = {}; // whoever comes next tries again
        return missing("failed");
      });
    return mine;
  }

  /* Go on only while the pairing is in view: a reader who has left it is looking at what nobody else may draw over. */
  function inView(id, value) {
    const now = bordergap.now();
    return now.page === "pairing" && now.pairing === id ? value : new Promise(() => {});
  }

  /* What there is to show of the pairing in view: one object, whoever comes for it first, the map or the callbacks.
     Null on other pages. */
  async function pairingOf(state, boot) {
    if (state.page !== "pairing") return null;
    const pairing = await inView(state.pairing, await openedFor(boot, state.pairing).pairing);
    if (!pairing.missing) calls.pairingShown = pairing;
    return pairing;
  }

  async function profilesOf(state, boot) {
    const mine = openedFor(boot, state.pairing);
    mine.profiles = mine.profiles || bordergap.body(addressOf(boot, "profiles", state.pairing)).catch(() => {
      mine.profiles = null; // as above
      return { measurables: [], failed: true };
    });
    return inView(state.pairing, await mine.profiles);
  }

  /* Show a pairing that has just been chosen where no callback is needed for it: its heading, the map. */
  async function enterNow(state) {
    const boot = calls.boot;
    if (!boot) return;
    bordergap.shellSays("page", state.page);
    const pairing = await pairingOf(state, boot);
    if (pairing.missing || calls.boot !== boot) return;
    heading(boot, pairing);
    if (calls.listed !== pairing) bordergap.shellSays("list", "coming"); // what is there still is another border's
    await bordergap.enterMap(bordergap.now(), pairing);
  }

  /* Everything beside the map that is told of the pairing in view. */
  calls.panels = async function (state, boot) {
    const pairing = await pairingOf(state, boot);
    bordergap.brief(state, pairing, boot);
    if (!pairing) return;
    heading(boot, pairing);
    bordergap.set("gaps-grid", Object.assign({ rowData: listed(boot, pairing, state) }, bordergap.detail(state, pairing, boot)));
    calls.listed = pairing;
    bordergap.shellSays("list", "told");
    narrowed(boot, pairing, state);
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
    bordergap.draw(`facet-${name}`, order.filter((value) => value in found || state[name].includes(value)).map((value) => el("label", { className: "option" },
      el("input", { type: "checkbox", id: `facet-${name}-${value}`, "data-facet": name, value, checked: state[name].includes(value) }),
      name === "domain" ? bordergap.markOf(boot, value) : null,
      name === "side" ? el("i", { className: `dot side-${value}` }) : null,
      el("span", { className: "option-label" }, words[name] ? words[name][value] || value : sideName(boot, pairing, value)),
      el("span", { className: "option-count" }, String(found[value] || 0)))));
  }

  function histogram(rows, state) {
    const bins = new Array(BINS).fill(0);
    rows.filter((row) => bordergap.passes(row, state, "severity"))
      .forEach((row) => (bins[Math.min(BINS - 1, Math.floor((row.severity / 100) * BINS))] += 1));
    const most = Math.max(1, ...bins);
    return bins.map((count, i) => el("span", {
      className: `bin severity-${bordergap.level((100 * i) / BINS)}${(100 * i) / BINS < state.severity ? " out" : ""}`,
      style: { height: `${(100 * count) / most}%` },
    }));
  }

  function listed(boot, pairing, state) {
    bordergap.fitGrid("gaps-grid", ["side", "chainage"]);
    const passing = pairing.gaps.filter((row) => bordergap.passes(row, state));
    const all = pairing.gaps.length;
    const said = passing.length === all ? say(boot, "gaps.count", { count: all }) : say(boot, "gaps.count_of", { count: passing.length, all });
    bordergap.draw("gaps-count", said);
    bordergap.hide("reset", !bordergap.isFiltered(state));
    bordergap.draw("severity-histogram", histogram(pairing.gaps, state));
    FACETS.forEach((name) => facet(boot, pairing, state, name));
    bordergap.draw("severity-said", state.severity ? `≥ ${state.severity}` : boot.words["facet.any"]);
    if (calls.dragged !== state.severity) set("severity", { value: give("severity", state.severity) });
    return passing.map(decorated(boot, pairing));
  }

  /* Members of a cooperating pair next to each other. */
  function sideBySide(boot, pairing) {
    const heads = ["a", "b"].map((side, i) => el("th", { scope: "col" }, el("i", { className: `dot side-${side}` }), pairing.members[i]));
    const rows = pairing.comparison.map((row) => el("tr", {},
      el("th", { scope: "row" }, row.label, row.mark ? el("span", { className: "badge" }, row.mark) : null),
      "value" in row ? el("td", { colSpan: 2 }, row.value) : [el("td", {}, row.a || "—"), el("td", {}, row.b || "—")]));
    return el("details", { open: pairing.gaps.length === 0 }, el("summary", {}, boot.words["comparison.title"]),
      el("table", { className: "evidence comparison" }, el("thead", {}, el("tr", {}, el("th", {}, ""), heads)), el("tbody", {}, rows)));
  }

  /* How many gaps are jumps, how many depressions; each a way to list them alone. */
  function twoWays(boot, pairing) {
    if (!pairing.gaps.length) return null;
    const parts = ["jump", "depression"].map((way) => {
      const count = pairing.gaps.filter((row) => row.way === way).length;
      const said = [el("b", {}, boot.words[`ways.${way}`]), el("span", { className: "count" }, boot.words[`ways.${way}_about`]), el("span", { className: "way-count" }, String(count))];
      return count ? el("button", { className: `way way-${way}`, "data-act": "kinds", "data-kinds": pairing.ways[way].join(","), title: boot.words["ways.list"] }, said)
        : el("span", { className: `way way-${way} none` }, said);
    });
    return el("div", { className: "ways" }, parts);
  }

  function heading(boot, pairing) {
    const [head, below] = pairing.missing ? [missing(boot, pairing), []] : [headOf(boot, pairing), belowOf(boot, pairing)];
    bordergap.draw("pairing-head", head);
    bordergap.draw("not-computed", below);
    if (pairing.missing) return;
    bordergap.shellSays("borders", pairing.borders ? "some" : "none");
    bordergap.shellSays("gaps", pairing.gaps.length ? "some" : "none");
    bordergap.keyMarks(pairing);
  }

  const missing = (boot, pairing) => (pairing.missing === "failed"
    ? [el("h1", {}, boot.words["pairing.failed"]), bordergap.failed(boot, "pairing")]
    : [el("h1", {}, boot.words["pairing.missing"]), el("p", { className: "about" }, boot.words["pairing.missing_hint"])]);

  function headOf(boot, pairing) {
    const sides = pairing.members.length === 2 ? ["a", "b"] : pairing.members.map(() => "");
    const names = pairing.members.slice(0, 2).map((name, i) => el("span", { className: `member member-${sides[i]}` }, name));
    const facts = pairing.facts.map((fact) => el("div", {}, el("dt", {}, fact.label), el("dd", {}, fact.value)));
    const many = pairing.members.length > 2;
    const title = many ? [pairing.name, el("span", { className: "count" }, say(boot, "pairing.members", { count: pairing.members.length }))] : names;
    const compare = pairing.kind === "adjacent" ? null
      : el("button", { className: "plain to-compare", "data-act": "compare", "data-pairing": pairing.id }, boot.words[pairing.members.length > 2 ? "compare.go_group" : "compare.go"]);
    return [el("h1", { className: "members" }, title, compare), el("dl", { className: "facts" }, facts), twoWays(boot, pairing), bordergap.leadGap(boot, pairing)];
  }

  /* Below the list: the members beside each other, what they agreed on, what was not computed. */
  function belowOf(boot, pairing) {
    const items = pairing.programme.map((item) => el("li", {}, el("b", {}, item.title), el("div", {}, item.about)));
    const programme = items.length ? el("details", { open: pairing.gaps.length === 0 },
      el("summary", {}, say(boot, "programme.title", { count: items.length })), el("ul", {}, items)) : null;
    const comparison = pairing.comparison.length ? sideBySide(boot, pairing) : null;
    if (!pairing.not_computed.length) return [comparison, programme];
    const lines = pairing.not_computed.map((row) => el("li", {},
      el("b", {}, row.what ? `${row.check} · ${row.what}` : row.check), " ", row.reason, row.count ? ` (${row.count})` : ""));
    return [comparison, programme, el("details", { open: pairing.gaps.length === 0 && !comparison && !programme },
      el("summary", {}, say(boot, "not_computed.title", { count: lines.length })), el("ul", {}, lines))];
  }

  calls.profile = async function (state, boot) {
    const pairing = await pairingOf(state, boot);
    const profiles = pairing && pairing.profiles ? await profilesOf(state, boot) : null;
    calls.profileShown = null;
    const has = profiles && (profiles.failed || profiles.measurables.length > 0);
    bordergap.hide("profile", !has);
    if (!has) return;
    bordergap.part("profile", (place) => (place.dataset.shows = profiles.failed ? "failed" : state.direction));
    if (profiles.failed) {
      bordergap.draw("profile-about", bordergap.failed(boot, "profiles"));
      return;
    }
    const chosen = bordergap.measurable(state, profiles, pairing);
    const data = profiles.measurables.map((each) => ({ value: each.name, label: each.label }));
    calls.profileShown = { state, chosen, profiles, pairing, boot };
    const verdict = chosen.across.verdict;
    const about = state.direction === "across"
      ? [el("b", { className: `verdict verdict-${verdict.way}` }, boot.words[`ways.${verdict.way}`]), " ", verdict.text] : [];
    bordergap.draw("profile-about", about);
    bordergap.draw("profile-unit", chosen.unit);
    set("measure", { data, value: give("measure", chosen.name) });
    set("direction", { value: give("direction", state.direction) });
    set("profile-graph", { figure: bordergap.profileFigure(state, chosen, profiles, pairing, boot) });
  };

  /* What narrows the list besides the facets: the stretch picked on the profile, words, what is new. */
  function narrowed(boot, pairing, state) {
    const length = bordergap.borderKm(pairing);
    const wide = state.km ? pairing.gaps.filter((row) => !row.km).length : 0;
    const chip = state.km && length ? el("button", { className: "chip", id: "stretch-chip", "data-act": "stretch-off", title: boot.words["stretch.keys"],
      "aria-label": `${bordergap.saidStretch(boot, state.km)}, ${boot.words["stretch.off"]}` },
      bordergap.saidStretch(boot, state.km), el("span", { className: "chip-off" }, "×")) : null;
    const left = wide ? el("span", { className: "count" }, say(boot, "stretch.wide", { count: wide })) : null;
    const count = pairing.gaps.filter((row) => row.new && bordergap.passes(row, state, "fresh")).length;
    const since = pairing.since && new Intl.DateTimeFormat(boot.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium" }).format(new Date(pairing.since));
    const fresh = pairing.since ? el("button", { className: "toggle", id: "new-only", "data-act": "fresh", "aria-pressed": String(state.fresh) },
      el("span", { className: "option-label" }, say(boot, "new.only", { date: since })), el("span", { className: "option-count" }, String(count))) : null;
    const ends = state.km || ["", ""];
    give("stretch", ends);
    bordergap.draw("stretch-chips", chip, chip && left);
    bordergap.draw("new-filter", fresh);
    bordergap.hide("stretch-inputs", !length);
    if (calls.typed !== state.find) set("gap-words", { value: give("gap-words", state.find) });
    ["from", "to"].forEach((end, i) => set(`stretch-${end}`, { value: ends[i] }));
  }

  Object.assign(bordergap, { pairingOf, enterNow });

})();
