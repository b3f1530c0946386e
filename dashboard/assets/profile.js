/* The border's profile: one measurable by kilometre, side a above the line and side b below it, or across it. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const FIRST = ["road_local", "paved_share", "people"]; // what is shown while nothing is chosen
  const OF_WHAT = { surface: "paved_share" }; // measurables of another name than what a gap is about
  const PIECE_PX = 30; // a piece narrower than this has no label
  const BREAK_PX = 3; // half the width of the break between two pieces, less where they are short
  const WIDTH_PX = 600; // while the chart has not been laid out

  /* What the reader chose, else what the chosen gap is about, or the worst one, else something most borders have. */
  function measurable(state, profiles, pairing) {
    const gap = pairing.gaps.find((row) => row.id === state.gap) || pairing.gaps[0];
    const about = gap ? [OF_WHAT[gap.what] || gap.what, `t_own_${gap.what}`] : [];
    const wanted = [state.measure, ...about, ...FIRST];
    if (gap && (gap.kind === "service_wall" || gap.kind === "service_desert")) wanted.splice(1, 0, `t_own_${gap.what}`);
    const found = wanted.map((name) => profiles.measurables.find((each) => each.name === name)).find(Boolean);
    return found || profiles.measurables[0];
  }

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

  /* Steps, each cell from its start to its end. They go down to zero and break off where a value is unknown and where
     a piece ends: Plotly fills what lies between two points, and would fill the unknown too. */
  function steps(cells, values, sign, breaks) {
    const x = [], y = [];
    const known = (i) => values[i] !== null && values[i] !== undefined;
    values.forEach((value, i) => {
      if (!known(i)) return;
      const begins = !i || !known(i - 1) || breaks.has(cells.from[i]);
      const ends = !known(i + 1) || breaks.has(cells.to[i]);
      if (begins) x.push(cells.from[i]), y.push(0);
      x.push(cells.from[i], cells.to[i]);
      y.push(sign * value, sign * value);
      if (ends) x.push(cells.to[i], null), y.push(0, null);
    });
    return { x, y };
  }

  const area = (cells, values, sign, colour, breaks) => Object.assign(steps(cells, values, sign, breaks), {
    type: "scatter", mode: "lines", fill: "tozeroy", connectgaps: false, hoverinfo: "skip",
    line: { color: colour, width: 1.5, shape: "linear" }, fillcolor: `color-mix(in srgb, ${colour} 30%, transparent)`,
  });

  /* Labels of an axis that runs both ways from zero, both ways without a sign. */
  function ticks(most) {
    const power = 10 ** Math.floor(Math.log10(most || 1));
    const step = [0.5, 1, 2, 5].map((each) => each * power).find((each) => most / each <= 2.5) || power;
    const up = [];
    for (let value = step; value <= most * 1.001; value += step) up.push(Number(value.toPrecision(6)));
    const values = [...up.map((value) => -value).reverse(), 0, ...up];
    return { tickmode: "array", tickvals: values, ticktext: values.map((value) => String(Math.abs(value))) };
  }

  /* Where one piece of border ends and the next begins: the paper shows through, and each piece says which it is. */
  function pieceMarks(pieces, boot, width) {
    const length = pieces[pieces.length - 1].to;
    const px = (piece) => ((piece.to - piece.from) / length) * width;
    const shapes = pieces.slice(1).flatMap((piece, i) => {
      const half = Math.max(0.5, Math.min(BREAK_PX, px(piece) / 4, px(pieces[i]) / 4));
      return [
        { type: "rect", layer: "above", xsizemode: "pixel", xanchor: piece.from, x0: -half, x1: half, yref: "paper", y0: 0, y1: 1, fillcolor: css("--surface"), line: { width: 0 } },
        ...(Math.max(px(piece), px(pieces[i])) < 2 * BREAK_PX ? [] : [{ type: "line", layer: "above", x0: piece.from, x1: piece.from, yref: "paper", y0: 0, y1: 1, line: { color: css("--faint"), width: 1, dash: "dot" } }]),
      ];
    });
    const labels = pieces.length < 2 ? [] : pieces.flatMap((piece, i) => px(piece) < PIECE_PX ? [] : [{
      x: piece.from, xanchor: "left", xshift: BREAK_PX + 1, yref: "paper", y: 1, yanchor: "top", showarrow: false,
      text: px(piece) < 3 * PIECE_PX ? `${i + 1}/${pieces.length}`
        : bordergap.say(boot, "profile.piece", { number: i + 1, count: pieces.length }),
      font: { size: 11, color: css("--soft") },
    }]);
    return { shapes, labels };
  }

  const band = (from, to, more) => Object.assign({ type: "rect", x0: from, x1: to, yref: "paper", y0: 0, y1: 1, line: { width: 0 } }, more);

  /* Gaps on the axis: a bar as long as the gap, a mark where it begins. */
  function gapTraces(rows, state, boot) {
    const bars = [0, 1, 2, 3, 4].map((level) => {
      const long = rows.filter((row) => row.class === level && row.km && row.km[1] > row.km[0]);
      return {
        type: "scatter", mode: "lines", hoverinfo: "skip", connectgaps: false, line: { color: css(`--severity-${level}`), width: 4 },
        x: long.flatMap((row) => [...row.km, null]), y: long.flatMap(() => [0, 0, null]),
      };
    });
    const marks = {
      type: "scatter", mode: "markers", cliponaxis: false,
      x: rows.map((row) => row.chainage / 1000), y: rows.map(() => 0),
      customdata: rows.map((row) => ({ gap: row.id })),
      text: rows.map((row) => escaped(`${row.kind_text} · ${row.severity.toFixed(1)}`)),
      hovertemplate: "%{text}<extra></extra>",
      marker: {
        size: rows.map((row) => (row.id === state.gap ? 15 : 9)), symbol: rows.map((row) => boot.shapes[row.domain].replace("triangle", "triangle-up")),
        color: rows.map((row) => css(`--severity-${row.class}`)),
        line: { color: rows.map((row) => css(row.id === state.gap ? "--ink" : "--surface")), width: rows.map((row) => (row.id === state.gap ? 2 : 1.5)) },
      },
    };
    return [...bars.filter((bar) => bar.x.length), marks];
  }

  function along(state, chosen, pairing, pieces, boot, layout) {
    const cells = chosen.along;
    const end = cells.to[cells.to.length - 1];
    const most = Math.max(...cells.a.concat(cells.b).map((value) => value || 0), 1e-9);
    const graph = document.getElementById("profile-graph");
    const breaks = new Set(pieces.slice(1).map((piece) => piece.from));
    const marked = pieceMarks(pieces, boot, graph && graph.clientWidth > PIECE_PX ? graph.clientWidth - 68 : WIDTH_PX);
    Object.assign(layout.yaxis, ticks(most), { range: [-most * 1.08, most * 1.08] });
    layout.xaxis.range = [0, end];
    layout.xaxis.ticksuffix = ` ${boot.words["unit.km"]}`;
    layout.annotations = marked.labels;
    layout.shapes = [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 0, y1: 0, line: { color: css("--faint"), width: 1 } }, ...marked.shapes];
    const gap = pairing.gaps.find((row) => row.id === state.gap);
    if (gap && gap.km) {
      const edge = { color: css("--ink"), width: 1 };
      const tint = `color-mix(in srgb, ${css("--accent")} 16%, transparent)`;
      layout.shapes.unshift(gap.km[1] > gap.km[0] ? band(...gap.km, { layer: "below", fillcolor: tint, line: edge }) : band(gap.km[0], gap.km[0], { type: "line", line: edge }));
    }
    const veil = { layer: "above", fillcolor: css("--surface"), opacity: 0.72 };
    if (state.km) layout.shapes.push(band(0, state.km[0], veil), band(Math.min(state.km[1], end), end, veil));
    const rows = pairing.gaps.filter((row) => !row.wide && row.chainage !== null && (bordergap.passes(row, state) || row === gap))
      .sort((one, other) => (one === gap) - (other === gap) || one.severity - other.severity);
    return [area(cells, cells.a, 1, css("--side-a"), breaks), area(cells, cells.b, -1, css("--side-b"), breaks), ...gapTraces(rows, state, boot)];
  }

  /* What the interior of each side has, as a line up to the border: what the zone sinks from. */
  function interior(cells, side, boot) {
    const mean = cells.inside[side];
    if (mean === null) return { shapes: [], labels: [] };
    const far = side === "a" ? cells.from[0] : cells.to[cells.to.length - 1];
    return {
      shapes: [{ type: "line", layer: "above", x0: far, x1: 0, y0: mean, y1: mean, line: { color: css(`--side-${side}`), width: 1.5, dash: "dash" } }],
      labels: [{ x: far, xanchor: side === "a" ? "left" : "right", y: mean, yanchor: "bottom", yshift: 1, showarrow: false, bgcolor: css("--surface"), opacity: 0.92, borderpad: 1,
        font: { size: 11, color: css("--ink") },
        text: escaped(bordergap.say(boot, "profile.inside", { value: cells.inside_text[side] })) }],
    };
  }

  function across(chosen, boot, layout) {
    const cells = chosen.across;
    const side = (negative) => cells.value.map((value, i) => ((cells.from[i] < 0) === negative ? value : null));
    const lines = ["a", "b"].map((name) => interior(cells, name, boot));
    const most = Math.max(...cells.value.map((value) => value || 0), cells.inside.a || 0, cells.inside.b || 0, 1e-9);
    layout.xaxis.title = { text: boot.words["profile.km_across"], standoff: 4 };
    layout.yaxis.range = [0, most * 1.16];
    layout.shapes = [
      band(-cells.zone, cells.zone, { layer: "below", fillcolor: css("--raised") }),
      ...lines.flatMap((line) => line.shapes),
      { type: "line", yref: "paper", y0: 0, y1: 1, x0: 0, x1: 0, line: { color: css("--ink"), width: 1.5 } },
    ];
    layout.annotations = [...lines.flatMap((line) => line.labels), {
      x: -cells.zone, xanchor: "left", xshift: 3, yref: "paper", y: 1, yanchor: "top", showarrow: false, text: boot.words["layer.zones"],
      bgcolor: css("--raised"), opacity: 0.92, font: { size: 11, color: css("--soft") },
    }];
    return [area(cells, side(true), 1, css("--side-a"), new Set()), area(cells, side(false), 1, css("--side-b"), new Set())];
  }

  /* Plotly draws at a height of its own what it begins to draw while the panel is hidden, and misses what comes then. */
  let watched = null;
  function keepSize() {
    const plot = document.querySelector("#profile-graph .js-plotly-plot");
    if (!plot || plot === watched) return;
    watched = plot;
    let tried = 0; // where Plotly does not take a height, asking again would go on for ever
    const fit = () => plot.isConnected && plot.offsetParent && plot._fullLayout && plot.clientHeight > 0 && plot.clientHeight !== tried
      && Math.abs(plot._fullLayout.height - plot.clientHeight) > 1 && (tried = plot.clientHeight, window.Plotly.Plots.resize(plot));
    new ResizeObserver(fit).observe(plot);
  }

  function figure(state, chosen, profiles, pairing, boot) {
    const layout = JSON.parse(JSON.stringify(boot.profile_layout));
    layout.font = { family: css("--font"), size: 12, color: css("--soft") };
    layout.hoverlabel = { bgcolor: css("--surface"), bordercolor: css("--line"), font: { family: css("--font"), size: 12, color: css("--ink") } };
    keepSize();
    const data = state.direction === "across" ? across(chosen, boot, layout) : along(state, chosen, pairing, profiles.pieces, boot, layout);
    return { data, layout };
  }

  Object.assign(bordergap, { measurable, profileFigure: figure });
})();
