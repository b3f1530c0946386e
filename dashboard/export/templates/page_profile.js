/* A border's profile: steps, side a above the line and side b below it by kilometre, or across the line. */
(function () {
  "use strict";
  const page = window.bordergap;
  const { el, shape, words } = page;
  const HEIGHT = 170;
  const [LEFT, RIGHT, TOP, BELOW] = [46, 10, 12, 22];
  const HEADROOM = 1.1;

  function step(span, count) {
    const power = 10 ** Math.floor(Math.log10(span / count));
    return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= (span / count) * (1 - 1e-9));
  }

  const said = (value) => String(Number(Math.abs(value).toPrecision(6)));

  /* Return paths of steps, broken where a value is unknown. */
  function steps(cells, values, x, y) {
    let line = "";
    let area = "";
    let end = null;
    values.forEach((value, i) => {
      if (value === null) {
        end = null;
        return;
      }
      const [from, to, up] = [x(cells.from[i]).toFixed(1), x(cells.to[i]).toFixed(1), y(value).toFixed(1)];
      line += (end === cells.from[i] ? "L" : "M") + `${from} ${up}H${to}`;
      area += `M${from} ${y(0).toFixed(1)}V${up}H${to}V${y(0).toFixed(1)}z`;
      end = cells.to[i];
    });
    return [line, area];
  }

  function chart(cells, direction, alt, width) {
    const isAlong = direction === "along";
    const known = [cells.a, cells.b, cells.value].flat().filter((value) => value !== null && value !== undefined);
    const most = Math.max(0, ...known) || 1;
    const [first, last] = [cells.from[0], cells.to[cells.to.length - 1]];
    const x = (km) => LEFT + ((km - first) / (last - first)) * (width - LEFT - RIGHT);
    const low = isAlong ? -most * HEADROOM : 0;
    const y = (value) => TOP + ((most * HEADROOM - value) / (most * HEADROOM - low)) * (HEIGHT - TOP - BELOW);
    const svg = shape("svg", "chart", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": alt });
    const each = step(most, 2);
    for (let value = 0; value <= most * HEADROOM; value += each) {
      (isAlong && value ? [value, -value] : [value]).forEach((place) => {
        svg.append(shape("path", "grid", { d: `M${LEFT} ${y(place).toFixed(1)}H${width - RIGHT}` }));
        svg.append(shape("text", "tick left", { x: LEFT - 6, y: (y(place) + 4).toFixed(1) }, said(place)));
      });
    }
    const km = step(last - first, Math.max(2, Math.floor(width / 90)));
    for (let place = Math.ceil(first / km - 1e-9) * km; place <= last + 1e-9; place += km) {
      svg.append(shape("text", "tick", { x: x(place).toFixed(1), y: HEIGHT - 6 }, said(place)));
    }
    const minus = (values) => values.map((value) => (value === null ? null : -value));
    const sides = isAlong
      ? [["a", cells.a], ["b", minus(cells.b)]]
      : [["a", cells.value.map((value, i) => (cells.from[i] < 0 ? value : null))], ["b", cells.value.map((value, i) => (cells.from[i] < 0 ? null : value))]];
    if (!isAlong) {
      const [from, to] = [x(Math.max(-cells.zone, first)), x(Math.min(cells.zone, last))];
      svg.prepend(shape("rect", "zone-band", { x: from, y: TOP, width: to - from, height: HEIGHT - TOP - BELOW }, shape("title", "", {}, words.zone)));
    }
    sides.forEach(([side, values]) => {
      const [line, area] = steps(cells, values, x, y);
      svg.append(shape("path", "area side-" + side, { d: area }), shape("path", "line side-" + side, { d: line }));
    });
    const axis = isAlong ? `M${LEFT} ${y(0).toFixed(1)}H${width - RIGHT}` : `M${x(0).toFixed(1)} ${TOP}V${HEIGHT - BELOW}`;
    svg.append(shape("path", "axis", { d: axis }));
    return svg;
  }

  /* Return the two charts of a measurable. */
  function profile(of, sides, isNarrow) {
    const about = of.unit ? `${of.label} · ${of.unit}` : of.label;
    const names = (signs) => el("p", "small", {}, sides.map((side, i) => page.sideText(side.letter, `${signs[i]} ${side.name} `)));
    const one = (direction, width, signs, km) =>
      el("figure", "profile-" + direction, {}, el("figcaption", "", {}, words[direction], names(signs)), chart(of[direction], direction, of.alts[direction], isNarrow ? 350 : width), el("p", "small km", {}, km));
    return el("div", "profile", {}, el("h4", "", {}, about), one("along", 760, ["▲", "▼"], words.km_along), one("across", 380, ["←", "→"], words.km_across));
  }

  Object.assign(page, { profile });
})();
