/* What readers do: every choice goes to another address, and the address makes the view. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const picks = (bordergap.picks = bordergap.picks || {}); // by "id.property": what a reader has chosen in a control
  const none = () => window.dash_clientside.no_update;
  const isPairing = () => bordergap.now().page === "pairing";

  const rowOf = (selected) => (Array.isArray(selected) && selected.length === 1 ? selected[0] : null);

  /* A row of the ranking is opened by the press itself (assets/overview.js): what the grid tells of its selection may
     come so late that the reader has gone back since, and would be taken there again. */
  calls.pickPairing = (selected) => (rowOf(selected) ? [] : none());
  picks["gaps-grid.selectedRows"] = function (selected) {
    const row = rowOf(selected);
    const state = bordergap.now();
    if (row && row.id !== state.gap && isPairing() && bordergap.isChosen("gap", row.id)) bordergap.go({ gap: row.id }, !state.gap);
  };
  picks["measure.value"] = function (value) {
    if (value && isPairing() && bordergap.isChosen("measure", value)) bordergap.go({ measure: value });
  };
  picks["direction.value"] = function (value) {
    if (value && isPairing() && bordergap.isChosen("direction", value)) bordergap.go({ direction: value });
  };
  picks["gap-words.value"] = function (value) {
    if (!isPairing() || value === null || value === undefined || !bordergap.isChosen("gap-words", value)) return;
    calls.typed = value.trim();
    bordergap.go({ find: calls.typed });
  };
  picks["stretch-from.value"] = picks["stretch-to.value"] = function (value, given) {
    const { "stretch-from.value": from, "stretch-to.value": to } = given;
    const pairing = calls.pairingShown;
    if (!isPairing() || !pairing || !bordergap.isChosen("stretch", [from, to])) return;
    const number = (value, other) => (typeof value === "number" ? value : other);
    const km = bordergap.stretchBetween(pairing, number(from, 0), number(to, bordergap.borderKm(pairing)));
    if (JSON.stringify(km) !== JSON.stringify(bordergap.now().km)) bordergap.go({ km });
  };
  picks["metric.value"] = function (value) {
    if (value && bordergap.now().page === "overview" && bordergap.isChosen("metric", value)) bordergap.go({ metric: value });
  };
  picks["severity.value"] = function (value) {
    if (!isPairing() || value === null || value === undefined || !bordergap.isChosen("severity", value)) return;
    calls.dragged = value;
    bordergap.go({ severity: value });
  };
  /* A box of a filter, ticked or not any more. */
  document.addEventListener("change", ({ target }) => {
    const name = target.dataset.facet;
    if (!name) return;
    const others = bordergap.now()[name].filter((value) => value !== target.value);
    bordergap.go({ [name]: target.checked ? [...others, target.value] : others });
  });
  picks["tab.value"] = (value) => bordergap.shellSays("tab", value);

  /* Buttons say what they do in `data-act`; one listener serves those that are there and those to come. */
  const acts = (bordergap.acts = {
    open: (button) => bordergap.open(button.dataset.pairing),
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
      bordergap.tell(calls.boot, "share.done");
    },
    close: () => bordergap.go({ gap: "" }),
    reset: () => bordergap.go(bordergap.unfiltered()),
    fresh: () => bordergap.go({ fresh: !bordergap.now().fresh }),
    kinds: (button) => bordergap.go(Object.assign(bordergap.unfiltered(), { kind: button.dataset.kinds.split(",") })),
    "stretch-off": () => bordergap.go({ km: null }),
    retry: (button) => bordergap.again(button.dataset.panel),
    "zoom-in": () => bordergap.zoomMap(1),
    "zoom-out": () => bordergap.zoomMap(-1),
    "zoom-home": () => bordergap.homeMap(),
    /* Narrow maps have no room for the credits; they are a press away. */
    credits: (button) => button.setAttribute("aria-expanded", String(document.getElementById("map-attribution").classList.toggle("open"))),
  });
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
  bordergap.copyText = copy;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button || !acts[button.dataset.act]) return;
    event.preventDefault();
    acts[button.dataset.act](button);
  });
})();
