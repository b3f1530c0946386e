/* Around everything: where Plotly lies, the frame of the page, and what to say when something fails. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});

  /* Dash sets Plotly's address itself, to one without a version; ours may be kept for ever. */
  const plotly = document.getElementById("plotly-address").href;
  Object.defineProperty(window, "_dashPlotlyJSURL", { get: () => plotly, set: () => {} });

  const words = (frames) => frames.words[bordergap.now().lang] || frames.words[frames.own];

  /* The frame in the language the address asks for, else in the reader's. */
  calls.frame = async function (asked, frames) {
    try {
      const response = await fetch(bordergap.root() + (frames.addresses[asked] || frames.addresses[frames.own]));
      if (!response.ok) throw new Error(String(response.status));
      return await response.json();
    } catch (error) {
      const said = words(frames);
      const tree = [["div", { className: "failed", role: "alert" }, ["p", {}, said["error.frame"]],
        ["a", { href: window.location.href, className: "plain" }, said["error.reload"]]]];
      return { namespace: "bordergap", type: "Still", props: { tree, children: [] } };
    }
  };

  /* An answer of the server that failed: say so, the page stays. */
  calls.failed = function (failure, frames) {
    if (failure) bordergap.tell({ words: words(frames) }, failure.key);
  };
})();
