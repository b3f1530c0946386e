/* The border's profile: one measurable by kilometre, side a above the line and side b below it, or across it. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const FIRST = ["road_local", "paved_share", "people"]; // what is shown while nothing is chosen

  /* What the reader chose, else what the chosen gap is about, else something most borders have. */
  function measurable(state, profiles, pairing) {
    const gap = pairing.gaps.find((row) => row.id === state.gap);
    const about = gap ? [gap.what, `t_own_${gap.what}`] : [];
    const wanted = [state.measure, ...about, ...FIRST];
    if (gap && (gap.kind === "service_wall" || gap.kind === "service_desert")) wanted.splice(1, 0, `t_own_${gap.what}`);
    const found = wanted.map((name) => profiles.measurables.find((each) => each.name === name)).find(Boolean);
    return found || profiles.measurables[0];
  }

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

  /* Steps with a break where a value is unknown, as Plotly draws them: each cell from its start to its end. */
  function steps(cells, values, sign) {
    const x = [], y = [], said = [];
    values.forEach((value, i) => {
      const shown = value === null ? null : sign * value;
      x.push(cells.from[i], cells.to[i]);
      y.push(shown, shown);
      said.push(value, value);
    });
    return { x, y, customdata: said };
  }

  function area(cells, values, sign, colour, name, unit) {
    return Object.assign(steps(cells, values, sign), {
      type: "scatter", mode: "lines", fill: "tozeroy", connectgaps: false, name,
      line: { color: colour, width: 1.5, shape: "linear" }, fillcolor: `color-mix(in srgb, ${colour} 30%, transparent)`,
      hovertemplate: `${escaped(name)} %{customdata} ${escaped(unit)}<extra></extra>`,
    });
  }

  /* Labels of an axis that runs both ways from zero, both ways without a sign. */
  function ticks(most) {
    const power = 10 ** Math.floor(Math.log10(most || 1));
    const step = [0.5, 1, 2, 5].map((each) => each * power).find((each) => most / each <= 2.5) || power;
    const up = [];
    for (let value = step; value <= most * 1.001; value += step) up.push(Number(value.toPrecision(6)));
    const values = [...up.map((value) => -value).reverse(), 0, ...up];
    return { tickmode: "array", tickvals: values, ticktext: values.map((value) => String(Math.abs(value))) };
  }

  function figure(state, chosen, pairing, boot) {
    const blank = JSON.parse(JSON.stringify(boot.profile_layout));
    const a = css("--side-a"), b = css("--side-b");
    const layout = Object.assign(blank, { font: { family: css("--font"), size: 12, color: css("--soft") } });
    layout.hoverlabel = { bgcolor: css("--surface"), bordercolor: css("--line"), font: { family: css("--font"), size: 12, color: css("--ink") } };
    const line = { type: "line", xref: "paper", x0: 0, x1: 1, y0: 0, y1: 0, line: { color: css("--faint"), width: 1 } };
    if (state.direction === "across") {
      const cells = chosen.across;
      const side = (negative) => cells.value.map((value, i) => ((cells.from[i] < 0) === negative ? value : null));
      layout.xaxis.title = { text: boot.words["profile.km_across"], standoff: 4 };
      layout.yaxis.rangemode = "tozero";
      layout.shapes = [{ type: "line", yref: "paper", y0: 0, y1: 1, x0: 0, x1: 0, line: { color: css("--ink"), width: 1.5 } }];
      return { data: [area(cells, side(true), 1, a, pairing.members[0], chosen.unit), area(cells, side(false), 1, b, pairing.members[1], chosen.unit)], layout };
    }
    const cells = chosen.along;
    const most = Math.max(...cells.a.concat(cells.b).map((value) => value || 0), 1e-9);
    Object.assign(layout.yaxis, ticks(most), { range: [-most * 1.08, most * 1.08] });
    layout.xaxis.range = [0, cells.to[cells.to.length - 1]];
    layout.xaxis.ticksuffix = ` ${boot.words["unit.km"]}`;
    layout.shapes = [line];
    const rows = pairing.gaps.filter((row) => !row.wide && row.chainage !== null && bordergap.passes(row, state)).reverse();
    const marks = {
      type: "scatter", mode: "markers", cliponaxis: false,
      x: rows.map((row) => row.chainage / 1000), y: rows.map(() => 0),
      customdata: rows.map((row) => ({ gap: row.id })),
      text: rows.map((row) => escaped(`${row.kind_text} · ${row.severity.toFixed(1)}`)),
      hovertemplate: "%{text}<extra></extra>",
      marker: {
        size: rows.map((row) => (row.id === state.gap ? 14 : 9)), symbol: rows.map((row) => boot.shapes[row.domain].replace("triangle", "triangle-up")),
        color: rows.map((row) => css(`--severity-${row.class}`)), line: { color: css("--surface"), width: 1.5 },
      },
    };
    return { data: [area(cells, cells.a, 1, a, pairing.members[0], chosen.unit), area(cells, cells.b, -1, b, pairing.members[1], chosen.unit), marks], layout };
  }

  Object.assign(bordergap, { measurable, profileFigure: figure });
})();
