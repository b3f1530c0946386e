/* Scripts of pages that are a text (assets/documents/): they come when the first of those pages is opened. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const asked = new Set();

  bordergap.loadScript = function (path) {
    if (asked.has(path)) return;
    asked.add(path);
    const script = document.createElement("script");
    script.src = bordergap.root() + path;
    script.onerror = () => {
      script.remove();
      asked.delete(path); // the next one to come tries again
      bordergap.tell(bordergap.calls.boot, "error.failed");
    };
    document.body.append(script);
  };
})();
