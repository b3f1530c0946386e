/* Callbacks that need no server: the address makes the state, the state makes everything that is shown. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = {};
  const none = () => window.dash_clientside.no_update;
  const FACETS = ["domain", "kind", "side", "provenance"];
  const BINS = 20;

  /* A Dash component as the renderer takes it; children are text or components, never HTML. */
  function h(type, properties, ...children) {
    return { namespace: "dash_html_components", type, props: Object.assign({ children: children.flat() }, properties) };
  }
  const box = (properties) => ({ namespace: "dash_mantine_components", type: "Checkbox", props: properties });
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

  calls.language = function (href, before) {
    const asked = bordergap.parse(href).lang;
    return asked === before ? none() : asked;
  };

  calls.state = function (href, before) {
    const state = bordergap.parse(href);
    return JSON.stringify(state) === JSON.stringify(before) ? none() : state;
  };

  calls.page = function (state, boot) {
    document.documentElement.lang = boot.lang === "zh" ? "zh-CN" : "en";
    calls.boot = boot;
    return state.page;
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
      return { id: state.pairing, lang: boot.lang, missing: true, gaps: [], not_computed: [], facts: [], members: [] };
    }
  };

  calls.ranking = function (overview, boot) {
    if (!overview) return [none(), none(), none(), none(), none()];
    const domains = Object.keys(boot.domains);
    const rows = overview.rows.map((row) => Object.assign({}, row, {
      marks: domains.map((domain, i) => ({ domain, count: row.domains[i], shape: boot.shapes[domain], label: boot.domains[domain] })),
    }));
    const totals = domains.map((domain, i) => overview.rows.reduce((sum, row) => sum + row.domains[i], 0));
    const most = Math.max(1, ...totals);
    const bars = domains.map((domain, i) => h("Div", { className: "bar-row" },
      markOf(boot, domain), h("Span", { className: "bar-label" }, boot.domains[domain]),
      h("Span", { className: "bar-track" }, h("Span", { className: "bar-fill", style: { width: `${(100 * totals[i]) / most}%` } })),
      h("Span", { className: "bar-number" }, String(totals[i]))));
    const facts = overview.facts.flatMap((fact) => [h("Div", {}, h("Dt", {}, fact.label), h("Dd", {}, fact.value))]);
    const found = overview.rows.map((row) => ({ value: row.id, label: row.name }));
    return [rows, say(boot, "overview.count", { count: rows.length }), facts, bars, found];
  };

  calls.metric = function (state, boot) {
    return [state.metric, boot.words[`metric.${state.metric}_about`], state.page === "pairing" ? state.pairing : null, state.metric];
  };

  const sideName = (boot, pairing, side) =>
    side !== "both" && pairing.members.length === 2 ? pairing.members[side === "a" ? 0 : 1] : boot.words[`side.${side}`];

  /* A row as the grid shows it: the gap, and the words for its vocabulary. */
  const decorated = (boot, pairing) => (row) => Object.assign({}, row, {
    shape: boot.shapes[row.domain],
    side_text: sideName(boot, pairing, row.side),
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
    return [options, state[name]];
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
      calls.dragged === state.severity ? none() : state.severity,
      ...FACETS.flatMap((name) => facet(boot, pairing, state, name)), state.layers,
    ];
  };

  calls.heading = function (pairing, boot) {
    if (!pairing) return [none(), none()];
    if (pairing.missing) return [[h("H1", {}, boot.words["pairing.missing"]), h("P", { className: "about" }, boot.words["pairing.missing_hint"])], []];
    const sides = pairing.members.length === 2 ? ["a", "b"] : pairing.members.map(() => "");
    const names = pairing.members.map((name, i) => h("Span", { className: `member member-${sides[i]}` }, name));
    const facts = pairing.facts.map((fact) => h("Div", {}, h("Dt", {}, fact.label), h("Dd", {}, fact.value)));
    const head = [h("H1", { className: "members" }, names), h("Dl", { className: "facts" }, facts)];
    if (!pairing.not_computed.length) return [head, []];
    const lines = pairing.not_computed.map((row) => h("Li", {},
      h("B", {}, row.what ? `${row.check} · ${row.what}` : row.check), " ", row.reason, row.count ? ` (${row.count})` : ""));
    return [head, h("Details", {},
      h("Summary", {}, say(boot, "not_computed.title", { count: lines.length })), h("Ul", {}, lines))];
  };

  function evidenceTable(boot, pairing, gap) {
    if (!gap.evidence.length) return null;
    const sided = gap.evidence.some((row) => "a" in row);
    const head = sided ? h("Thead", {}, h("Tr", {}, h("Th", {}, ""),
      h("Th", { scope: "col" }, h("I", { className: "dot side-a" }), pairing.members[0]),
      h("Th", { scope: "col" }, h("I", { className: "dot side-b" }), pairing.members[1]))) : null;
    const rows = gap.evidence.map((row) => "a" in row
      ? h("Tr", {}, h("Th", { scope: "row" }, row.label), h("Td", {}, row.a), h("Td", {}, row.b))
      : h("Tr", {}, h("Th", { scope: "row" }, row.label), h("Td", { colSpan: sided ? 2 : 1 }, row.value)));
    return h("Table", { className: "evidence" }, head, h("Tbody", {}, rows));
  }

  function sideCard(boot, pairing, gap, side) {
    const worse = gap.side === side || gap.side === "both";
    return h("Div", { className: `side-card side-card-${side}${worse ? " worse" : ""}` },
      h("Div", { className: "side-name" }, h("I", { className: `dot side-${side}` }), pairing.members[side === "a" ? 0 : 1]),
      gap[side] ? h("Div", { className: "side-value" }, gap[side]) : null,
      h("Div", { className: "side-note" }, boot.words[gap.side === "both" ? "detail.both" : worse ? "detail.worse" : "detail.better"]));
  }

  function detail(boot, pairing, gap) {
    const facts = ["people", "length", "chainage", "unreachable", "p"]
      .filter((name) => gap.facts[name] && gap.facts[name] !== "—")
      .map((name) => h("Div", {}, h("Dt", {}, boot.words[`detail.${name}`]), h("Dd", {}, gap.facts[name])));
    return [
      h("Header", { className: "detail-head" },
        markOf(boot, gap.domain, gap.class),
        h("H2", {}, gap.what_text ? `${gap.kind_text} · ${gap.what_text}` : gap.kind_text),
        h("Span", { className: `severity-badge severity-${gap.class}` }, gap.severity.toFixed(1)),
        h("Button", { className: "plain round", title: boot.words["detail.close"], "data-act": "close", "aria-label": boot.words["detail.close"] }, "×")),
      h("P", { className: "sentence" }, gap.sentence),
      pairing.members.length === 2 ? h("Div", { className: "sides" }, sideCard(boot, pairing, gap, "a"), sideCard(boot, pairing, gap, "b")) : null,
      h("Dl", { className: "facts" }, facts),
      gap.provenance === "measured" ? null
        : h("P", { className: `provenance provenance-${gap.provenance}` }, boot.words[`provenance.${gap.provenance}_about`]),
      h("H3", {}, boot.words["detail.evidence"]), evidenceTable(boot, pairing, gap),
      h("H3", {}, boot.words["detail.severity"]),
      h("P", { className: "sum" }, gap.sum), h("P", { className: "about" }, boot.words["detail.severity_about"]),
      h("Div", { className: "detail-foot" }, h("Button", { className: "plain", "data-act": "share" }, boot.words["detail.copy"]),
        h("Span", { className: "gap-id" }, gap.id)),
    ];
  }

  calls.detail = function (state, pairing, boot, selected) {
    if (!pairing || state.page !== "pairing" || pairing.id !== state.pairing) return [none(), none(), none()];
    const gap = pairing.gaps.find((row) => row.id === state.gap);
    if (!gap) {
      const key = pairing.gaps.length ? "detail.empty" : "detail.no_gaps";
      return [h("P", { className: "empty" }, boot.words[key]), [], none()];
    }
    const chosen = Array.isArray(selected) && selected.length === 1 && selected[0].id === gap.id;
    return [detail(boot, pairing, gap), chosen ? none() : { ids: [gap.id] }, chosen ? none() : { rowId: gap.id }];
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

  /* --- what readers do ------------------------------------------------------------------------------------ */

  const rowOf = (selected) => (Array.isArray(selected) && selected.length === 1 ? selected[0] : null);

  calls.pickPairing = function (selected) {
    const row = rowOf(selected);
    if (!row) return none();
    bordergap.open(row.id);
    return [];
  };
  calls.pickGap = function (selected) {
    const row = rowOf(selected);
    const state = bordergap.now();
    if (row && row.id !== state.gap && state.page === "pairing") bordergap.go({ gap: row.id }, !state.gap);
  };
  calls.pickFound = function (value) {
    if (value && value !== bordergap.now().pairing) bordergap.open(value);
  };
  calls.pickMetric = function (value) {
    if (value && bordergap.now().page === "overview") bordergap.go({ metric: value });
  };
  calls.pickSeverity = function (value) {
    if (bordergap.now().page !== "pairing" || value === null || value === undefined) return;
    calls.dragged = value;
    bordergap.go({ severity: value });
  };
  FACETS.concat("layers").forEach((name) => {
    calls[`pick_${name}`] = function (values) {
      if (bordergap.now().page === "pairing" && values) bordergap.go({ [name]: values });
    };
  });
  calls.tab = (value) => value;

  /* Buttons say what they do in `data-act`; one listener serves those that are there and those to come. */
  const acts = {
    page: (button) => bordergap.go({ page: button.dataset.page, gap: "" }, true),
    theme: () => {
      const name = bordergap.theme() === "dark" ? "light" : "dark";
      document.documentElement.setAttribute("data-mantine-color-scheme", name);
      window.localStorage.setItem("mantine-color-scheme-value", name);
      const state = bordergap.now();
      bordergap.repaintMap(state);
    },
    language: (button) => bordergap.go({ lang: button.dataset.lang }, true),
    share: async () => {
      await copy(window.location.href);
      tell(calls.boot, "share.done");
    },
    close: () => bordergap.go({ gap: "" }),
    reset: () => bordergap.go({ severity: 0, domain: [], kind: [], side: [], provenance: [] }),
    "zoom-in": () => bordergap.zoomMap(1),
    "zoom-out": () => bordergap.zoomMap(-1),
    "zoom-home": () => bordergap.homeMap(),
  };
  /* The clipboard is only there on https and on this machine; elsewhere a selected field does it. */
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button || !acts[button.dataset.act]) return;
    event.preventDefault();
    acts[button.dataset.act](button);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { bordergap: calls });
})();
