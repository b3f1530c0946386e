/* The worst gap of a pairing in short: what a reader sees first, before any gap is chosen. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const el = (...given) => bordergap.element(...given);

  /* The gap a pairing is shown by: the worst that is listed; null where none is. */
  const foremost = (pairing, state) => pairing.gaps.find((row) => bordergap.passes(row, state)) || null;

  /* In place of the detail: the sentence, both sides, and the way to what it rests on. */
  function preview(boot, pairing, state) {
    const gap = foremost(pairing, state);
    if (!gap) return null;
    const isWorst = gap === pairing.gaps[0];
    return el("div", { className: "preview" },
      el("header", { className: "detail-head" },
        bordergap.markOf(boot, gap.domain, gap.class),
        el("h2", {}, boot.words[isWorst ? "preview.worst" : "preview.worst_listed"]),
        el("span", { className: `severity-badge severity-${gap.class}` }, gap.severity.toFixed(1))),
      el("p", { className: "sentence" }, gap.sentence),
      bordergap.sideCards(boot, pairing, gap),
      el("button", { className: "primary", "data-act": "gap", "data-gap": gap.id }, boot.words["preview.why"]));
  }

  /* The same in one line, above the list on screens that have no room for both. */
  function lead(boot, pairing) {
    const gap = pairing.gaps[0];
    return gap && el("button", { className: "lead-gap narrow-only", "data-act": "gap", "data-gap": gap.id },
      el("b", {}, boot.words["preview.worst"]), gap.sentence);
  }

  /* The legend has the marks of the domains that the map shows. */
  function keyMarks(pairing) {
    const present = new Set(pairing.gaps.map((row) => row.domain));
    document.querySelectorAll(".legend-marks [data-domain]").forEach((item) => (item.hidden = !present.has(item.dataset.domain)));
  }

  Object.assign(bordergap.acts = bordergap.acts || {}, {
    gap: (button) => bordergap.go({ gap: button.dataset.gap }, !bordergap.now().gap),
  });
  Object.assign(bordergap, { preview, leadGap: lead, keyMarks });
})();
