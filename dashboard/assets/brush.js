/* The pointer on the profile: what each side has there, where on the map that is, and a stretch to look at alone. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const CLICK_PX = 4; // less is no drag

  let start = null; // kilometre and pixel at which a drag began
  let dragged = false; // the click that ends a drag chooses nothing

  /* The axis of kilometres as it is drawn now, null while there is none. */
  function axis() {
    const plot = document.querySelector("#profile-graph .js-plotly-plot");
    const found = plot && plot._fullLayout && plot._fullLayout.xaxis;
    return found && found._length ? found : null;
  }
  const shown = () => calls.profileShown || null; // what calls.profile drew last
  const over = (name) => document.querySelector(`#profile-over .over-${name}`);
  const limited = (scale, px) => Math.min(scale._length, Math.max(0, px));

  function kmAt(event) {
    const scale = axis();
    if (!scale) return null;
    const box = document.getElementById("profile-graph").getBoundingClientRect();
    const px = event.clientX - box.left - scale._offset;
    return { px, inside: px >= 0 && px <= scale._length, km: scale.p2l(limited(scale, px)) };
  }

  function span(name, from, to) {
    const part = over(name), scale = axis();
    if (!part) return;
    part.hidden = from === null || !scale;
    if (part.hidden) return;
    const [left, right] = [from, to].map((km) => limited(scale, scale.l2p(km)));
    part.style.left = `${scale._offset + left}px`;
    part.style.width = `${Math.max(2, right - left)}px`;
  }

  /* Values under the pointer: of the cell or band it is in, not of the nearest corner. */
  function lines(km) {
    const { state, chosen, pairing, profiles, boot } = shown();
    const words = (value) => (value === null || value === undefined ? boot.words.unknown : `${value} ${chosen.unit}`.trim());
    const cells = state.direction === "across" ? chosen.across : chosen.along;
    const at = cells.to.findIndex((to, i) => km <= to && km >= cells.from[i]);
    const head = bordergap.say(boot, "profile.at", { km: Math.abs(km).toFixed(cells.to[cells.to.length - 1] < 20 ? 2 : 1) });
    if (at < 0) return [head];
    if (state.direction === "across") return [head, `${pairing.members[km < 0 ? 0 : 1]} ${words(cells.value[at])}`];
    const piece = profiles.pieces.findIndex((each) => km <= each.to);
    const which = profiles.pieces.length > 1 ? ` · ${bordergap.say(boot, "profile.piece", { number: piece + 1, count: profiles.pieces.length })}` : "";
    return [head + which, `${pairing.members[0]} ${words(cells.a[at])}`, `${pairing.members[1]} ${words(cells.b[at])}`];
  }

  function readOut(found) {
    const box = over("values");
    span("cursor", found ? found.km : null, found ? found.km : null);
    box.hidden = !found;
    if (!found) return;
    box.replaceChildren(...lines(found.km).map((line, i) => {
      const part = document.createElement("div");
      part.className = ["over-km", "over-a", "over-b"][shown().state.direction === "across" && i ? (found.km < 0 ? 1 : 2) : i];
      part.textContent = line;
      return part;
    }));
    const scale = axis(), width = box.offsetWidth;
    const left = scale._offset + found.px + 12;
    box.style.left = `${left + width > scale._offset + scale._length ? left - width - 24 : left}px`;
  }

  /* Show on the profile where a gap lies that the pointer is on elsewhere; null takes it away. */
  function hintGap(id) {
    const now = shown();
    const gap = id && now && now.state.direction === "along" && now.pairing.gaps.find((row) => row.id === id);
    span("gap", gap && gap.km ? gap.km[0] : null, gap && gap.km ? gap.km[1] : null);
  }

  const onGraph = (event) => event.target.closest && event.target.closest("#profile-graph") && shown();

  document.addEventListener("pointermove", (event) => {
    if (!start && !onGraph(event)) return;
    const found = kmAt(event);
    if (!found) return;
    const isAlong = shown().state.direction === "along";
    readOut(found.inside || start ? found : null);
    bordergap.pointAt(isAlong && (found.inside || start) ? found.km : null);
    if (!start) return;
    dragged = dragged || Math.abs(found.px - start.px) > CLICK_PX;
    if (dragged) span("brush", Math.min(start.km, found.km), Math.max(start.km, found.km));
  });
  document.addEventListener("pointerout", (event) => {
    const next = event.relatedTarget;
    if (start || !onGraph(event) || (next && next.closest && next.closest("#profile-graph"))) return;
    readOut(null);
    bordergap.pointAt(null);
  });
  document.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.button || !onGraph(event) || shown().state.direction !== "along" || !bordergap.borderKm(shown().pairing)) return;
    const found = kmAt(event);
    if (found && found.inside) start = found;
  }, true);
  function finish(event) {
    if (!start) return;
    const from = start, found = kmAt(event);
    start = null;
    span("brush", null);
    if (!dragged || !found || event.type === "pointercancel") return;
    const km = bordergap.stretchBetween(shown().pairing, from.km, found.km);
    if (km) bordergap.go({ km }, !bordergap.now().km);
  }
  document.addEventListener("pointerup", finish, true);
  document.addEventListener("pointercancel", finish, true);

  (bordergap.picks = bordergap.picks || {})["profile-graph.clickData"] = function (click) {
    const pairing = calls.pairingShown;
    const mark = click && !dragged && click.points.find((point) => point.customdata && point.customdata.gap);
    if (mark && pairing) bordergap.go({ gap: mark.customdata.gap }, true);
  };

  /* Rows of the grid, by pointer and by keyboard. */
  ["pointerover", "focusin"].forEach((name) => document.addEventListener(name, (event) => {
    const row = event.target.closest && event.target.closest("#gaps-grid .ag-row[row-id]");
    if (row) hintGap(row.getAttribute("row-id"));
    else if (name === "pointerover" && event.target.closest && event.target.closest("#list")) hintGap(null);
  }));
  document.addEventListener("pointerout", (event) => {
    if (event.target.closest && event.target.closest("#gaps-grid") && !(event.relatedTarget && event.relatedTarget.closest && event.relatedTarget.closest("#gaps-grid"))) hintGap(null);
  });

  /* The chip is drawn anew with every stretch: whoever was on it stays on it, or, when it goes, in the row it stood in. */
  function stay() {
    let looks = 30;
    (function look() {
      const place = document.getElementById("stretch-chip") || document.getElementById("gap-words");
      if (place && document.activeElement === document.body) place.focus();
      if (looks > 0) window.requestAnimationFrame(look);
      looks -= 1;
    })();
  }

  /* On the chip arrows move the stretch, with Shift its end; Delete takes it away. */
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest || !event.target.closest("[data-act='stretch-off']") || !shown()) return;
    const { km } = bordergap.now();
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const leaves = event.key === "Delete" || event.key === "Backspace";
    if (!km || !(step || leaves)) return;
    stay();
    if (leaves) return bordergap.go({ km: null });
    event.preventDefault();
    const by = (step * bordergap.borderKm(shown().pairing)) / 100;
    const next = bordergap.stretchBetween(shown().pairing, event.shiftKey ? km[0] : km[0] + by, km[1] + by);
    if (next) bordergap.go({ km: next });
  });

  Object.assign(bordergap, { hintGap });
})();
