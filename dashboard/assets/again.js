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
    const h = bordergap.component;
    return h("Div", { className: "failed-panel", role: "alert" },
      h("P", {}, boot.words[`again.${panel}`]),
      h("Button", { className: "plain", "data-act": "retry", "data-panel": panel }, boot.words["again.try"]));
  }

  /* Try once more to get what a panel shows. */
  async function again(panel) {
    const boot = calls.boot, state = bordergap.now();
    const value = panel === "pairing" ? await calls.pairing(state, boot, null)
      : panel === "profiles" ? await calls.profiles(state, calls.pairingShown, boot, null) : await calls.overview(boot);
    window.dash_clientside.set_props(panel, { data: value });
  }

  Object.assign(bordergap, { renew, renewed, failed, again });
})();
