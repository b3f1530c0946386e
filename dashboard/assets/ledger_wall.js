/* The ledger on the map, for the wall of a meeting room: what lies together as a ring of its statuses, one alone as its mark. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const SOURCE = "wall";
  const LAYERS = ["wall-groups", "wall-marks"];
  const RADIUS = 46; // pixels within which gaps become one ring
  const SHARE = { found: 0, confirmed: 0.25, assigned: 0.5, in_progress: 0.75, resolved: 1, rejected: 0 }; // as the marks in lists
  const RATIO = Math.max(2, Math.ceil(window.devicePixelRatio || 1));
  let map = null;
  let shown = null; // what the map has

  const colour = (name) => window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const statusColour = (status) => colour(`--status-${status}`);

  function canvas(size) {
    const made = document.createElement("canvas");
    made.width = made.height = size * RATIO;
    const context = made.getContext("2d", { willReadFrequently: true });
    context.scale(RATIO, RATIO);
    return { context, pixels: () => ({ image: context.getImageData(0, 0, made.width, made.height), ratio: RATIO }) };
  }

  function disc(context, middle, radius, from, to) {
    context.beginPath();
    context.moveTo(middle, middle);
    context.arc(middle, middle, radius, from - Math.PI / 2, to - Math.PI / 2);
    context.closePath();
    context.fill();
  }

  /* One gap: a disc filled as far as it has come; a red rim where it is late. */
  function drawMark(status, isLate, isChosen) {
    const size = isChosen ? 38 : 30;
    const { context, pixels } = canvas(size);
    const middle = size / 2;
    const radius = middle - 5;
    context.fillStyle = colour(isChosen ? "--ink" : "--surface");
    disc(context, middle, middle - 1, 0, 2 * Math.PI);
    if (isLate) { context.fillStyle = colour("--late"); disc(context, middle, radius + 3, 0, 2 * Math.PI); }
    context.fillStyle = colour("--surface");
    disc(context, middle, radius, 0, 2 * Math.PI);
    context.fillStyle = statusColour(status);
    disc(context, middle, radius, 0, 2 * Math.PI * SHARE[status]);
    context.strokeStyle = statusColour(status);
    context.lineWidth = 2.5;
    if (status === "found") context.setLineDash([3.2, 2.4]);
    context.beginPath();
    context.arc(middle, middle, radius, 0, 2 * Math.PI);
    if (status === "rejected") { context.moveTo(middle - radius * 0.7, middle + radius * 0.7); context.lineTo(middle + radius * 0.7, middle - radius * 0.7); }
    context.stroke();
    if (status === "resolved") {
      context.setLineDash([]);
      context.strokeStyle = colour("--surface");
      context.beginPath();
      context.moveTo(middle - radius * 0.45, middle);
      context.lineTo(middle - radius * 0.1, middle + radius * 0.38);
      context.lineTo(middle + radius * 0.5, middle - radius * 0.36);
      context.stroke();
    }
    return pixels();
  }

  /* Several: how many, and how they stand, around the number. */
  function drawGroup(counts, late) {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const size = all >= 100 ? 68 : all >= 10 ? 56 : 46;
    const { context, pixels } = canvas(size);
    const middle = size / 2;
    context.fillStyle = colour(late ? "--late" : "--surface");
    disc(context, middle, middle, 0, 2 * Math.PI);
    context.fillStyle = colour("--surface");
    disc(context, middle, middle - (late ? 3 : 1), 0, 2 * Math.PI);
    let from = 0;
    counts.forEach((count, i) => {
      const to = from + (2 * Math.PI * count) / all;
      context.fillStyle = statusColour(bordergap.STATUSES[i]);
      if (count) disc(context, middle, middle - 4, from, to);
      from = to;
    });
    context.fillStyle = colour("--surface");
    disc(context, middle, middle - 12, 0, 2 * Math.PI);
    context.fillStyle = colour("--ink");
    context.font = `600 ${size > 50 ? 18 : 16}px ${colour("--font")}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(all), middle, middle + 1);
    return pixels();
  }

  /* The picture of a name that the map asks for: `wall|group|counts…|late` or `wall|status|late|chosen`. */
  function wallImage(id) {
    const [, status, ...rest] = id.split("|");
    return status === "group" ? drawGroup(rest.slice(0, bordergap.STATUSES.length).map(Number), Number(rest[bordergap.STATUSES.length]) > 0) : drawMark(status, rest[0] === "late", rest[1] === "chosen");
  }

  function collection(rows, chosen) {
    return { type: "FeatureCollection", features: rows.filter((row) => row.at).map((row) => ({
      type: "Feature", geometry: { type: "Point", coordinates: row.at },
      properties: { id: row.id, status: row.status, late: row.late ? "late" : "", chosen: row.id === chosen ? "chosen" : "", severity: row.severity },
    })) };
  }

  function begin(rows, chosen) {
    const sums = Object.fromEntries(bordergap.STATUSES.map((status) => [status, ["+", ["case", ["==", ["get", "status"], status], 1, 0]]]));
    map.addSource(SOURCE, { type: "geojson", data: collection(rows, chosen), cluster: true, clusterRadius: RADIUS, clusterMaxZoom: 10,
      clusterProperties: Object.assign(sums, { late: ["+", ["case", ["==", ["get", "late"], "late"], 1, 0]] }) });
    const count = (name) => ["to-string", ["get", name]];
    const layout = { "icon-allow-overlap": true, "icon-ignore-placement": true };
    map.addLayer({ id: LAYERS[0], type: "symbol", source: SOURCE, filter: ["has", "point_count"], layout: Object.assign({ "icon-image": ["concat", "wall|group|", ...bordergap.STATUSES.flatMap((status) => [count(status), "|"]), count("late"), "|", paper()] }, layout) });
    map.addLayer({ id: LAYERS[1], type: "symbol", source: SOURCE, filter: ["!", ["has", "point_count"]], layout: Object.assign({ "icon-image": ["concat", "wall|", ["get", "status"], "|", ["get", "late"], "|", ["get", "chosen"], "|", paper()], "symbol-sort-key": ["get", "severity"] }, layout) });
    map.setPaintProperty("borders", "line-color", colour("--fill"));
  }
  const paper = () => bordergap.theme();

  function end() {
    LAYERS.forEach((id) => map.getLayer(id) && map.removeLayer(id));
    if (map.getSource(SOURCE)) map.removeSource(SOURCE);
    map.setPaintProperty("borders", "line-color", calls.boot.styles[paper()].find((layer) => layer.id === "borders").paint["line-color"]);
    shown = null;
  }

  /* Bring the wall in line with the page: there where it is looked at, gone elsewhere. */
  function follow() {
    map = bordergap.maplibre;
    if (!map) return;
    const state = bordergap.now();
    const isHere = state.page === "ledger" && state.view === "wall" && Boolean(bordergap.ledgerNow());
    if (!isHere) return shown && end();
    const rows = bordergap.ledgerRows();
    if (shown && (shown.paper !== paper() || !map.getSource(SOURCE))) end();
    if (!shown) begin(rows, state.gap);
    else map.getSource(SOURCE).setData(collection(rows, state.gap));
    if (!shown) window.setTimeout(() => { map.resize(); bordergap.homeMap(); }, 0);
    shown = { paper: paper() };
  }

  /* The entry stands beside the map, below what filters it, however tall that is. */
  const below = new ResizeObserver(([entry]) => document.documentElement.style.setProperty("--wall-top", `${entry.target.getBoundingClientRect().bottom}px`));

  bordergap.ledgerViews.wall = (rows) => {
    fillLegend(rows);
    below.observe(document.getElementById("ledger"));
    bordergap.attachMap(calls.boot).then(follow);
  };

  function fillLegend(rows) {
    const place = document.getElementById("wall-legend");
    if (!place) return;
    const counts = bordergap.STATUSES.map((status) => [status, rows.filter((row) => row.status === status).length]);
    const late = rows.filter((row) => row.late).length;
    const nowhere = rows.filter((row) => !row.at).length;
    place.replaceChildren(
      el("dl", {}, counts.map(([status, count]) => el("div", {}, el("dt", {}, bordergap.statusMark(status), bordergap.statusText(status)), el("dd", {}, bordergap.sayNumber(count)))),
        el("div", { className: late ? "late" : "" }, el("dt", {}, el("i", { className: "late-mark", "aria-hidden": "true" }, "!"), words("due.late")), el("dd", {}, bordergap.sayNumber(late)))),
      nowhere ? el("p", { className: "about" }, words("wall.nowhere", { count: nowhere })) : "",
      el("button", { className: "plain", "data-act": "wall-full", "aria-pressed": String(Boolean(document.fullscreenElement)) }, words(document.fullscreenElement ? "wall.leave" : "wall.full")));
  }
  document.addEventListener("fullscreenchange", () => bordergap.ledgerNow() && fillLegend(bordergap.ledgerRows()));

  /* What of the wall is at a point of the map. */
  function at(point) {
    if (!shown) return null;
    const reach = 4;
    const found = map.queryRenderedFeatures([[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]], { layers: LAYERS.filter((id) => map.getLayer(id)) })[0];
    return found ? found.properties : {};
  }

  /* The hint of the wall under the pointer; true where the wall is shown, so that the map says nothing else. */
  function hint(event) {
    const found = event && at(event.point);
    if (!shown) return false;
    const row = found && found.id ? bordergap.ledgerRow(found.id) : null;
    map.getCanvas().style.cursor = row || (found && found.point_count) ? "pointer" : "";
    const lines = row ? [`${row.kind_text} · ${row.status_text}`, row.pairing_text, row.sentence, [row.lead || row.whos[0], row.due && bordergap.sayDay(row.due)].filter(Boolean).join(" · ")]
      : found && found.point_count ? [words("gaps.count", { count: found.point_count }), bordergap.STATUSES.filter((status) => found[status]).map((status) => `${bordergap.statusText(status)} ${found[status]}`).join(" · ")] : null;
    bordergap.hint(lines && lines.filter(Boolean), event && event.point);
    return true;
  }

  /* A press opens a gap, and spreads a ring. */
  function press(event) {
    const found = at(event.point);
    if (!found) return false;
    if (found.id) bordergap.go({ gap: found.id }, !bordergap.now().gap);
    else if (found.point_count) map.easeTo({ center: event.lngLat, zoom: Math.min(map.getZoom() + 2, 11), animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches });
    return true;
  }

  (bordergap.acts = bordergap.acts || {})["wall-full"] = () =>
    (document.fullscreenElement ? document.exitFullscreen() : document.getElementById("shell").requestFullscreen()).catch(() => bordergap.tell(calls.boot, "wall.cannot"));
  Object.assign(bordergap, { followWall: follow, wallImage, wallHint: hint, wallPress: press });
})();
