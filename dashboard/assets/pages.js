/* Callbacks that need no server: the address makes the state, the state makes everything that is shown. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const none = () => window.dash_clientside.no_update;
  const FACETS = ["domain", "kind", "side", "provenance"];
  const BINS = 20;
  const MOMENT_MS = 3000;

  /* A Dash component as the renderer takes it; children are text or components, never HTML. */
  function h(type, properties, ...children) {
    return { namespace: "dash_html_components", type, props: Object.assign({ children: children.flat() }, properties) };
  }
  const box = (properties) => ({ namespace: "dash_mantine_components", type: "Checkbox", props: properties });
  /* What a control is given by the state is no choice of the reader's, however late its callback comes. */
  const handed = {};
  const lately = {};
  function give(id, value) {
    handed[id] = JSON.stringify(value);
    lately[`${id} ${handed[id]}`] = Date.now();
    return value;
  }
  const isChosen = (id, value) => JSON.stringify(value) !== handed[id];
  /* Nor is what it was given a moment ago, when a reader has already gone back since. */
  const isStale = (id, value) => Date.now() - (lately[`${id} ${JSON.stringify(value)}`] || 0) < MOMENT_MS;
  const say = (boot, key, values) =>
    Object.entries(values || {}).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), boot.words[key]);
  const markOf = (boot, domain, level) =>
    h("Span", { className: `mark mark-${boot.shapes[domain]} ${level === undefined ? "quiet" : `severity-${level}`}` });

  /* Fetch a body once; the browser keeps it for ever, as its address changes with its content. */
  async function body(path) {
    const response = await fetch(bordergap.root() + path);
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  function tell(boot, key) {
    const place = document.getElementById("message");
    if (!place) return;
    place.textContent = boot.words[key];
    place.classList.add("shown");
    window.clearTimeout(tell.timer);
    tell.timer = window.setTimeout(() => place.classList.remove("shown"), 4000);
  }

  /* Return a value unless it is the one returned last. What the stores hold may be late: a reader who goes on
     and back at once is ahead of them. */
  function unlessSame(id, value) {
    const text = JSON.stringify(value);
    if (text === returned[id]) return none();
    returned[id] = text;
    return value;
  }
  const returned = {};

  calls.language = (href) => unlessSame("language", bordergap.parse(href).lang);
  calls.state = (href) => unlessSame("state", bordergap.parse(href));

  calls.page = function (state, boot) {
    document.documentElement.lang = boot.lang === "zh" ? "zh-CN" : "en";
    const isNew = calls.boot !== boot || calls.pageShown !== state.page;
    calls.boot = boot;
    calls.pageShown = state.page;
    if (!isNew) return [none(), none()];
    return [state.page, ["data", "method"].includes(state.page) ? state.page : none()];
  };

  calls.overview = async function (boot) {
    try {
      return await body(boot.addresses.overview);
    } catch (error) {
      tell(boot, "error.replaced");
      return { rows: [], facts: [] };
    }
  };

  calls.pairing = async function (state, boot, before) {
    if (state.page !== "pairing" || (before && before.id === state.pairing && before.lang === boot.lang)) return none();
    try {
      const query = new URLSearchParams({ id: state.pairing });
      const pairing = await body(`${boot.addresses.pairing}?${query}`);
      return Object.assign(pairing, { lang: boot.lang });
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
    if (!pairing || state.page !== "pairing" || pairing.id !== state.pairing) return new Array(15).fill(none());
    const passing = pairing.gaps.filter((row) => bordergap.passes(row, state));
    const all = pairing.gaps.length;
    const said = passing.length === all ? say(boot, "gaps.count", { count: all }) : say(boot, "gaps.count_of", { count: passing.length, all });
    return [
      passing.map(decorated(boot, pairing)), said, !bordergap.isFiltered(state), histogram(pairing.gaps, state),
      state.severity ? `≥ ${state.severity}` : boot.words["facet.any"],
      calls.dragged === state.severity ? none() : give("severity", state.severity),
      ...FACETS.flatMap((name) => facet(boot, pairing, state, name)), give("layers", state.layers),
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

  calls.heading = function (pairing, boot) {
    if (!pairing) return [none(), none()];
    if (pairing.missing) return [[h("H1", {}, boot.words[`pairing.${pairing.missing}`]), h("P", { className: "about" }, boot.words[`pairing.${pairing.missing}_hint`])], []];
    const sides = pairing.members.length === 2 ? ["a", "b"] : pairing.members.map(() => "");
    const names = pairing.members.slice(0, 2).map((name, i) => h("Span", { className: `member member-${sides[i]}` }, name));
    const facts = pairing.facts.map((fact) => h("Div", {}, h("Dt", {}, fact.label), h("Dd", {}, fact.value)));
    const many = pairing.members.length > 2;
    const title = many ? [pairing.name, h("Span", { className: "count" }, say(boot, "pairing.members", { count: pairing.members.length }))] : names;
    document.getElementById("shell").dataset.borders = pairing.borders ? "some" : "none";
    const head = [h("H1", { className: "members" }, title), h("Dl", { className: "facts" }, facts)];
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

  /* On small screens a gap that is chosen is told at once. */
  calls.whichTab = function (state) {
    const seen = calls.seen || {};
    calls.seen = { gap: state.gap, pairing: state.pairing };
    if (state.gap && state.gap !== seen.gap) return "detail";
    return state.pairing !== seen.pairing || (seen.gap && !state.gap) ? "list" : none();
  };

  calls.map = async function (state, pairing, overview, boot) {
    await bordergap.attachMap(boot);
    bordergap.followMap(state, pairing, overview);
    return none();
  };

  calls.profiles = async function (state, pairing, boot, before) {
    if (!pairing || state.page !== "pairing" || pairing.id !== state.pairing || !pairing.profiles) return before ? null : none();
    if (before && before.id === pairing.id && before.lang === boot.lang) return none();
    const query = new URLSearchParams({ id: pairing.id });
    return Object.assign(await body(`${boot.addresses.profiles}?${query}`), { id: pairing.id, lang: boot.lang });
  };

  calls.profile = function (state, profiles, pairing, boot) {
    if (!profiles || !pairing || profiles.id !== pairing.id || !profiles.measurables.length) return [true, ...new Array(5).fill(none())];
    const chosen = bordergap.measurable(state, profiles, pairing);
    const data = profiles.measurables.map((each) => ({ value: each.name, label: each.label }));
    return [false, data, give("measure", chosen.name), give("direction", state.direction), chosen.unit, bordergap.profileFigure(state, chosen, pairing, boot)];
  };
  calls.profileHover = (hover, profiles) => bordergap.pointAt(hover && profiles ? hover.points[0].x : null);
  calls.profileClick = function (click, pairing) {
    const mark = click && click.points.find((point) => point.customdata && point.customdata.gap);
    if (mark && pairing) bordergap.go({ gap: mark.customdata.gap }, true);
  };

  Object.assign(bordergap, { component: h, body, say, markOf, tell, give, isChosen, isStale });
  window.dash_clientside = Object.assign({}, window.dash_clientside, { bordergap: calls });
})();
