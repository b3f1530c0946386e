/* When something cannot be had: results replaced while the page is open, a body that fails; nothing else suffers. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const KEY = "bordergap-replaced";
  const PAUSE_MS = 15000; // between two attempts at the newest results

  const seconds = () => Number(window.sessionStorage.getItem(KEY)) || 0;

  /* Another run has replaced the results: load the page anew, the address holds the view. Returns false where that
     was done a moment ago and did not help. */
  function renew() {
    if (Date.now() - seconds() < PAUSE_MS) return false;
    window.sessionStorage.setItem(KEY, String(Date.now()));
    window.location.reload();
    return true;
  }

  /* Say once, after such a loading, what has happened. */
  function renewed(boot) {
    if (!renewed.said && Date.now() - seconds() < PAUSE_MS) bordergap.tell(boot, "again.renewed");
    renewed.said = true;
  }

  /* What a panel shows in place of what it could not get. */
  function failed(boot, panel) {
    const el = bordergap.element;
    return el("div", { className: "failed-panel", role: "alert" },
      el("p", {}, boot.words[`again.${panel}`]),
      el("button", { className: "plain", "data-act": "retry", "data-panel": panel }, boot.words["again.try"]));
  }

  /* Panel -> what is set anew, and how it is got. */
  const PANELS = {
    pairing: ["state", "data", (state) => state],
    profiles: ["state", "data", (state) => state],
    overview: ["overview", "data", (state, boot) => calls.overview(boot)],
    find: ["find", "data", (state, boot) => calls.find(true, boot)],
    compare: ["compared", "data", (state, boot) => calls.compare(state, boot, null)],
    ledger: ["ledger-grid", "rowData", (state, boot) => calls.ledger(state, boot)],
    programme: ["programme-data", "data", (state, boot) => calls.programme(state, boot, null)],
  };

  /* Try once more to get what a panel shows. */
  async function again(panel) {
    const [id, property, get] = PANELS[panel];
    const value = await get(bordergap.now(), calls.boot);
    if (value !== window.dash_clientside.no_update) window.dash_clientside.set_props(id, { [property]: value });
  }

  Object.assign(bordergap, { renew, renewed, failed, again });
})();
