/* Callbacks that need no server: the address makes the state, the state makes everything that is shown. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const none = () => window.dash_clientside.no_update;
  const MOMENT_MS = 3000;

  /* What a control is given by the state is no choice of the reader's; nor is what it was given a moment ago and tells
     of only now, when the state has gone on since, unless the reader has pressed or typed something after that. A box
     also empties itself while its options are on their way: emptying takes a press, too. */
  const handed = {};
  const lately = {};
  const given = {};
  let touched = 0;
  ["pointerdown", "pointerup", "keydown", "input"].forEach((name) =>
    window.addEventListener(name, (event) => event.isTrusted && (touched = performance.now()), true));
  function give(id, value) {
    handed[id] = JSON.stringify(value);
    lately[`${id} ${handed[id]}`] = given[id] = performance.now();
    return value;
  }

  const propertyOf = (id, name) => window.dash_component_api.getLayout(id).props[name];

  /* Give a component what it does not have yet. Outputs of a callback are drawn anew when it begins and when it ends,
     whatever comes of it; this draws only what changes. */
  function set(id, properties) {
    const changed = Object.entries(properties).filter(([name, value]) => JSON.stringify(propertyOf(id, name) ?? null) !== JSON.stringify(value));
    if (changed.length) window.dash_clientside.set_props(id, Object.fromEntries(changed));
  }
  const isPressedSince = (id) => touched > (given[id] ?? -Infinity);
  function isChosen(id, value) {
    const text = JSON.stringify(value);
    if (text === handed[id]) return false;
    const isLate = performance.now() - (lately[`${id} ${text}`] ?? -Infinity) < MOMENT_MS;
    const isEmpty = value === null || value === "" || (Array.isArray(value) && !value.length);
    return !(isLate || isEmpty) || isPressedSince(id);
  }
  const say = (boot, key, values) =>
    Object.entries(values || {}).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), boot.words[key]);

  const ahead = new Map(); // path -> the body, asked for before it is shown
  const AHEAD = 12;

  /* Ask for a body that is about to be shown: a reader points at what leads to it. */
  function prepare(path) {
    if (ahead.has(path)) return;
    ahead.set(path, fetched(path));
    ahead.get(path).catch(() => ahead.delete(path)); // it is asked for again once it is shown
    if (ahead.size > AHEAD) ahead.delete(ahead.keys().next().value);
  }

  const body = (path) => ahead.get(path) || fetched(path);

  /* Fetch a body once; the browser keeps it for ever, as its address changes with its content. */
  async function fetched(path) {
    const response = await fetch(bordergap.root() + path);
    if (response.status === 410 && bordergap.renew()) return new Promise(() => {}); // the page is loaded anew
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  const tell = (boot, key) => tellText(boot.words[key]);
  function tellText(text) {
    const place = document.getElementById("message");
    if (!place) return;
    place.textContent = text;
    place.classList.add("shown");
    window.clearTimeout(tellText.timer);
    tellText.timer = window.setTimeout(() => place.classList.remove("shown"), 4000);
  }

  /* Return a value unless it is the one returned last and the store has it. Either alone may be late: a reader who goes
     on and back at once is ahead of the store, and Dash leaves out what was returned when another call has begun. */
  function unlessSame(store, value) {
    const text = JSON.stringify(value);
    if (text === returned[store] && text === JSON.stringify(propertyOf(store, "data"))) return none();
    returned[store] = text;
    return value;
  }
  const returned = {};

  calls.address = (href) => [unlessSame("asked-language", bordergap.parse(href).lang), unlessSame("state", bordergap.parse(href))];

  const OF_THEIR_OWN = ["compare", "ledger", "programme"]; // pages with a state of their own: others do not wake them
  const FROM_SERVER = ["data", "method", "accounts"];

  calls.page = function (state, boot) {
    document.documentElement.lang = boot.lang === "zh" ? "zh-CN" : "en";
    const isNew = calls.boot !== boot || calls.pageShown !== state.page;
    calls.boot = boot;
    calls.pageShown = state.page;
    bordergap.renewed(boot);
    // Told at every coming, too: what the page lists may have changed meanwhile.
    if (OF_THEIR_OWN.includes(state.page)) window.dash_clientside.set_props(`${state.page}-state`, { data: state });
    bordergap.shellSays("page", state.page);
    if (isNew && FROM_SERVER.includes(state.page)) {
      bordergap.loadScript(boot.addresses.documents);
      window.dash_clientside.set_props("document-name", { data: state.page });
    }
  };

  calls.overview = async function (boot) {
    try {
      return await body(boot.addresses.overview);
    } catch (error) {
      return { rows: [], facts: [], failed: true };
    }
  };

  /* On small screens a gap that is chosen is told at once. */
  calls.whichTab = function (state) {
    const seen = calls.seen || {};
    calls.seen = { gap: state.gap, pairing: state.pairing };
    if (state.gap && state.gap !== seen.gap) set("tab", { value: "detail" });
    else if (state.pairing !== seen.pairing || (seen.gap && !state.gap)) set("tab", { value: "list" });
  };

  calls.map = async function (state, boot, overview) {
    const own = (calls.mapCalls = (calls.mapCalls || 0) + 1);
    const [pairing] = await Promise.all([bordergap.pairingOf(state, boot), bordergap.attachMap(boot)]);
    if (own !== calls.mapCalls) return; // the reader has gone on meanwhile
    bordergap.toPrint(pairing, overview);
    bordergap.followMap(bordergap.now(), pairing, overview); // as it is now: the map is ahead of the callbacks (state.js)
    bordergap.followWall();
  };

  /* Several functions at once: each callback of its own would cost the renderer a dozen rounds through the whole page.
     What has to be waited for keeps nothing else waiting. */
  const together = (...names) => (...given) => (names.forEach((name) => calls[name](...given)), none());
  calls.view = together("page", "nav", "layers", "whichTab", "panels", "profile");
  calls.survey = together("ranking", "metric", "map");

  /* Controls tell of another value: a reader's choice, or what they were given, which each function tells apart. */
  calls.picked = function () {
    const { triggered, inputs, states } = window.dash_clientside.callback_context;
    triggered.forEach(({ prop_id: id, value }) => bordergap.picks[id](value, { ...inputs, ...states }));
  };

  Object.assign(bordergap, { body, prepare, say, tell, tellText, give, set, propertyOf, isChosen, isPressedSince });
  window.dash_clientside = Object.assign({}, window.dash_clientside, { bordergap: calls });
})();
