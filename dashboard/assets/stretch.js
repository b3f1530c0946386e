/* Where on a border: chainage to place, gap to stretch, and the stretch a reader has picked. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const LEAST_KM = 0.02; // shorter is a click, no stretch

  /* Note on each gap of a pairing the kilometres it takes of its border: [from, to], the same twice for a point,
     null where it has no place or concerns the border as a whole. */
  function place(pairing) {
    const cells = new Map();
    let before = null;
    pairing.map.segments.features.forEach((feature) => {
      const { pairing: border, segment, to_km: to } = feature.properties;
      cells.set(`${border}|${segment}`, [before && before.border === border ? before.to : 0, to]);
      before = { border, to };
    });
    pairing.gaps.forEach((gap) => {
      const first = cells.get(`${gap.pairing}|${gap.from}`), last = cells.get(`${gap.pairing}|${gap.to}`);
      const at = gap.chainage === null ? null : gap.chainage / 1000;
      if (gap.wide || at === null || !first || !last) gap.km = null;
      else gap.km = gap.from === gap.to && !gap.length ? [at, at] : [Math.min(first[0], at), last[1]];
    });
    return pairing;
  }

  /* The length of the border in km, 0 where the pairing has none or several. */
  function borderKm(pairing) {
    const features = pairing && pairing.profiles ? pairing.map.segments.features : [];
    return features.length ? features[features.length - 1].properties.to_km : 0;
  }

  /* The place on the border at a chainage: longitude and latitude, between the vertices it lies between. */
  function placeAt(pairing, km) {
    const features = pairing.map.segments.features;
    const number = features.findIndex((feature) => feature.properties.to_km >= km);
    const feature = features[number < 0 ? features.length - 1 : number];
    if (!feature) return null;
    const from = number > 0 ? features[number - 1].properties.to_km : number < 0 ? feature.properties.to_km : 0;
    const share = Math.min(1, Math.max(0, (km - from) / (feature.properties.to_km - from || 1)));
    const line = feature.geometry.coordinates;
    const squeeze = Math.cos((line[0][1] * Math.PI) / 180); // a degree of longitude, in degrees of latitude
    const steps = line.slice(1).map((end, i) => Math.hypot((end[0] - line[i][0]) * squeeze, end[1] - line[i][1]));
    let left = share * steps.reduce((sum, step) => sum + step, 0);
    const at = steps.findIndex((step, i) => (left <= step || i === steps.length - 1 ? true : ((left -= step), false)));
    if (at < 0) return line[0];
    const part = steps[at] ? Math.min(1, left / steps[at]) : 0;
    return [0, 1].map((axis) => line[at][axis] + part * (line[at + 1][axis] - line[at][axis]));
  }

  /* Whether a gap lies, at least in part, in a stretch. */
  const within = (gap, km) => Boolean(gap.km) && gap.km[0] <= km[1] && gap.km[1] >= km[0];

  /* A stretch as the address has it, `12-18.5`; null for anything else. */
  function readStretch(text) {
    const found = /^(\d{1,6}(?:\.\d{1,3})?)-(\d{1,6}(?:\.\d{1,3})?)$/.exec(text || "");
    if (!found) return null;
    const km = [Number(found[1]), Number(found[2])];
    return km[0] < km[1] ? km : null;
  }

  /* A stretch between two chainages, in this order or the other, rounded to what a reader can aim at. */
  function stretchBetween(pairing, one, other) {
    const most = borderKm(pairing);
    const digits = most >= 20 ? 1 : 2;
    const [from, to] = [one, other].map((km) => Math.min(most, Math.max(0, km))).sort((x, y) => x - y);
    if (!(to - from >= LEAST_KM)) return null;
    const km = [Number(from.toFixed(digits)), Math.min(Number(to.toFixed(digits)), Math.ceil(most * 1000) / 1000)];
    if (km[0] === 0 && km[1] >= most - 0.5 * 10 ** -digits) return null; // all of it is no stretch
    return km[0] < km[1] ? km : null;
  }

  const saidStretch = (boot, km) => bordergap.say(boot, "stretch.said", { from: Number(km[0].toFixed(2)), to: Number(km[1].toFixed(2)) });

  Object.assign(bordergap, { place, borderKm, placeAt, within, readStretch, stretchBetween, saidStretch });
})();
