/* Briefing: from gap to gap, worst first, in large type; the map flies along the border to each of them. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const el = (...given) => bordergap.element(...given);
  const LEAST_MS = 900, MOST_MS = 2600, MS_PER_KM = 60; // of a flight
  const ARRIVE_MS = 500;
  const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Home: -Infinity, End: Infinity };

  let shown = null; // the pairing, and its gaps that pass the filters

  const isOn = () => bordergap.now().brief;
  const at = () => (shown ? shown.gaps.findIndex((gap) => gap.id === bordergap.now().gap) : -1);

  function step(by) {
    if (!shown || !shown.gaps.length) return;
    const next = Math.min(shown.gaps.length - 1, Math.max(0, at() < 0 ? 0 : at() + by));
    bordergap.go({ gap: shown.gaps[next].id });
  }

  function leave() {
    if (document.fullscreenElement) document.exitFullscreen();
    if (isOn()) bordergap.go({ brief: false });
  }

  function side(boot, pairing, gap, letter) {
    const members = gap.members || pairing.members;
    const worse = gap.side === letter || gap.side === "both";
    return el("div", { className: `brief-side brief-side-${letter}${worse ? " worse" : ""}` },
      el("div", { className: "brief-member" }, el("i", { className: `dot side-${letter}` }), members[letter === "a" ? 0 : 1]),
      el("div", { className: "brief-value" }, gap[letter] || "—"),
      el("div", { className: "brief-note" }, worse ? boot.words["detail.worse"] : gap[letter] ? boot.words["detail.better"] : ""));
  }

  function told(boot, pairing, gap) {
    const two = (gap.members || pairing.members).length === 2 && (gap.a || gap.b);
    const about = [gap.place, gap.facts.people && gap.facts.people !== "—" ? `${boot.words["detail.people"]}${boot.words["embed.colon"]}${gap.facts.people}` : ""].filter(Boolean);
    return [
      el("p", { className: "brief-kind" }, bordergap.markOf(boot, gap.domain, gap.class),
        el("span", {}, gap.what_text ? `${gap.kind_text} · ${gap.what_text}` : gap.kind_text),
        el("span", { className: `severity-badge severity-${gap.class}`, title: boot.words["column.severity"] }, gap.severity.toFixed(1))),
      el("p", { className: "brief-sentence" }, gap.sentence),
      two ? el("div", { className: "brief-sides" }, side(boot, pairing, gap, "a"), side(boot, pairing, gap, "b")) : null,
      el("p", { className: "brief-about" }, about.join(" · ")),
      gap.provenance === "measured" ? null : el("p", { className: `provenance provenance-${gap.provenance}` }, boot.words[`provenance.${gap.provenance}_about`]),
    ];
  }

  function brief(state, pairing, boot) {
    if (!state.brief) {
      shown = null;
      bordergap.shellSays("brief", "");
      return;
    }
    bordergap.shellSays("brief", "on");
    if (!pairing) return;
    const isBegun = !shown;
    shown = { pairing, gaps: pairing.gaps.filter((gap) => bordergap.passes(gap, state)) };
    const number = at();
    if (number < 0 && shown.gaps.length) window.setTimeout(() => step(0)); // the worst comes first
    if (isBegun) window.setTimeout(begun, 300);
    const count = shown.gaps.length;
    const button = (act, sign, key, off) => el("button", { className: "plain round", "data-act": act, title: boot.words[key], "aria-label": boot.words[key], disabled: off }, sign);
    const bar = el("div", { className: "brief-bar" },
      button("brief-back", "←", "brief.back", number <= 0), el("span", { className: "brief-count" }, `${number + 1} / ${count}`),
      button("brief-on", "→", "brief.next", number >= count - 1), el("span", { className: "brief-keys" }, boot.words["brief.keys"]),
      button("brief-leave", "×", "brief.leave", false));
    const names = pairing.members.length === 2
      ? pairing.members.map((name, i) => el("span", { className: `member member-${"ab"[i]}` }, name)) : [pairing.name];
    const body = !count ? [el("p", { className: "brief-sentence" }, boot.words[pairing.gaps.length ? "gaps.empty" : bordergap.noneKey(pairing)])]
      : number < 0 ? [] : told(boot, pairing, shown.gaps[number]);
    bordergap.draw("briefing", el("div", { className: "brief-head" }, el("h1", { className: "members" }, names), bar), el("div", { className: "brief-body" }, body));
  }

  /* The map has got another size: bring the gap into view again. */
  function begun() {
    const panel = document.getElementById("briefing");
    if (!panel || !isOn()) return;
    panel.focus({ preventScroll: true });
    bordergap.lookMap();
  }

  /* Fly along the border from one gap to another, then call `arrive`; returns false where no line leads there. */
  let flight = 0;
  function flyAlong(map, pairing, before, after, zoom, arrive) {
    const [from, to] = [before, after].map((id) => pairing.gaps.find((gap) => gap.id === id));
    const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    flight += 1;
    if (isStill || !isOn() || !bordergap.borderKm(pairing) || !from || !to || !from.km || !to.km) return false;
    const [start, end] = [from, to].map((gap) => (gap.km[0] + gap.km[1]) / 2);
    const takes = Math.min(MOST_MS, LEAST_MS + Math.abs(end - start) * MS_PER_KM);
    const own = flight, began = performance.now(), origin = map.getCenter(), far = map.getZoom();
    (function frame(now) {
      if (own !== flight) return;
      const t = Math.min(1, (now - began) / takes), eased = t * t * (3 - 2 * t);
      const place = bordergap.placeAt(pairing, start + (end - start) * eased);
      const pull = Math.min(1, t * 4); // onto the line, from wherever the map stood
      map.jumpTo({ center: [origin.lng + (place[0] - origin.lng) * pull, origin.lat + (place[1] - origin.lat) * pull], zoom: far + (zoom - far) * eased });
      if (t < 1) window.requestAnimationFrame(frame);
      else arrive(ARRIVE_MS);
    })(began);
    return true;
  }

  const acts = {
    brief: () => {
      const menu = document.getElementById("share");
      if (menu) menu.open = false;
      if (document.documentElement.requestFullscreen) document.documentElement.requestFullscreen().catch(() => {}); // a window will do
      bordergap.go({ brief: true }, true);
    },
    "brief-on": () => step(1),
    "brief-back": () => step(-1),
    "brief-leave": leave,
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button && acts[button.dataset.act]) acts[button.dataset.act]();
  });

  /* Before the map, which takes arrow keys for itself. */
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in STEPS || event.key === "Escape") || !isOn()) return;
    if (event.key === " " && event.target.closest("button")) return; // it presses the button
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") leave();
    else step(STEPS[event.key]);
  }, true);
  document.addEventListener("fullscreenchange", () => !document.fullscreenElement && isOn() && leave());

  Object.assign(bordergap, { brief, flyAlong });
})();
