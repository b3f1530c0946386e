/* The map: Plotly makes it and its style; here it gets geometry by address, and follows the state without a server.

   Filters and colourings are feature states of MapLibre, which are a repaint and nothing more: a filter of its own, or an
   expression told anew, would have a worker lay out the whole source again. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const PAIRING_SOURCES = ["members", "around", "zones", "segments", "gaps"];
  const NOTHING = { type: "FeatureCollection", features: [] };
  const DWELL_MS = 80; // a pointer that only passes a border asks for nothing
  const NEAR = 12; // closest zoom the map flies to by itself
  const FLIGHT_MS = 300; // to a border and back: the way is seen, the reader does not wait for it
  const HOLD_MS = 1000; // the longest the map stands still while the shapes of another border are laid out
  const NEARER = 1.4; // a finding is shown this many levels nearer than its border: its surroundings stay in view

  let map = null; // MapLibre's
  let graph = null; // Plotly's
  let boot = null; // words, addresses, styles: made by the server for this language
  let shown = {}; // what the map was last told
  let fitted = 0; // zoom that shows the whole pairing
  let detailed = []; // borders that are drawn in full detail, by number

  const absolute = (path) => new URL(bordergap.root() + path, window.location.href).href;
  const isStill = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function theme() {
    return document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light";
  }

  /* Resolve once Plotly has made a map that can be drawn on. */
  function attach(given) {
    boot = given;
    const found = document.querySelector("#map .js-plotly-plot");
    const subplot = found && found._fullLayout && found._fullLayout.map && found._fullLayout.map._subplot;
    if (subplot && subplot.map && subplot.map === map) return Promise.resolve(map);
    return new Promise((resolve) => {
      (function look() {
        const plot = document.querySelector("#map .js-plotly-plot");
        const made = plot && plot._fullLayout && plot._fullLayout.map && plot._fullLayout.map._subplot;
        if (!made || !made.map || !made.map.isStyleLoaded()) return window.setTimeout(look, 30);
        if (made.map !== map) begin(plot, made.map);
        resolve(map);
      })();
    });
  }

  function begin(plot, made) {
    graph = plot;
    map = made;
    shown = {};
    detailed = [];
    bordergap.maplibre = made; // for tests and for the curious
    // Plotly's own answer to a missing image is to ask a public server for it; ours is to draw it.
    map.setMissingStyleImageResolver((id) => Promise.resolve(drawImage(id)));
    map.touchZoomRotate.disableRotation();
    map.dragRotate.disable();
    const canvas = map.getCanvas();
    canvas.setAttribute("aria-label", boot.words["map.label"]);
    nameInTongue();
    map.getSource("districts").setData(absolute(boot.addresses.districts));
    map.getSource("borders").setData(absolute(boot.addresses.borders));
    map.on("move", () => bordergap.scale(map, boot.words));
    // The camera is ours: Plotly, which sees every resize as a change of layout, would set it back.
    plot._fullLayout.map._subplot.updateLayout = function (layout) {
      this.updateFramework(layout);
      made.resize();
    };
    map.on("mousemove", (event) => point(event));
    map.on("mouseout", () => point(null));
    map.on("click", (event) => press(event));
    // What was fitted stays fitted while panels come and go, until the reader moves the map.
    map.on("resize", () => home.bounds && fit(home.bounds, false));
    ["dragstart", "zoomstart"].forEach((name) => map.on(name, (event) => event.originalEvent && (home.bounds = null)));
    map.on("error", bordergap.layerFailed);
    map.once("idle", () => bordergap.warm(map, boot, () => map === made && shown.page && !shown.pairing));
    fit(boot.bounds, false);
    bordergap.scale(map, boot.words);
  }

  function nameInTongue() {
    map.setLayoutProperty("names", "text-field", ["get", boot.lang === "en" ? "name_en" : "name"]);
    shown.words = boot.lang;
  }

  function drawImage(id) {
    const [word, domain, level, paper, chosen] = id.split("|");
    if (word === "wall" && !map.hasImage(id)) {
      const made = bordergap.wallImage(id);
      map.addImage(id, made.image, { pixelRatio: made.ratio });
    }
    if (word !== "mark" || map.hasImage(id)) return;
    const { ramp, ink, halo } = boot.colours[paper];
    const mark = bordergap.drawMark(boot.shapes[domain], ramp[level], chosen ? ink : halo, chosen ? halo : ramp[4]);
    map.addImage(id, mark.image, { pixelRatio: mark.ratio });
  }

  /* What the legend takes of the map's lower edge. */
  function legendHeight() {
    const legend = document.querySelector(".map-foot");
    return legend ? legend.offsetHeight : 0;
  }

  function fit(bounds, animate) {
    const [west, south, east, north] = bounds;
    home.bounds = bounds;
    const narrow = map.getContainer().clientWidth < 500;
    const padding = narrow ? { top: 44, left: 20, right: 52, bottom: legendHeight() + 12 } : { top: 48, left: 32, right: 56, bottom: legendHeight() + 28 };
    const options = { padding, maxZoom: NEAR, animate: animate && !isStill(), duration: FLIGHT_MS };
    map.fitBounds([[west, south], [east, north]], options);
    const subplot = graph._fullLayout.map._subplot; // a double click comes back here
    const camera = map.cameraForBounds([[west, south], [east, north]], options);
    fitted = camera ? camera.zoom : map.getZoom();
    if (camera) subplot.viewInitial = { center: { lon: camera.center.lng, lat: camera.center.lat }, zoom: camera.zoom, bearing: 0, pitch: 0 };
  }

  /* Paint as the theme has it; both styles have the same layers. */
  function paint(name) {
    boot.styles[name].forEach((layer) => {
      Object.entries(layer.paint || {}).forEach(([property, value]) => map.setPaintProperty(layer.id, property, value));
      if (layer.layout && layer.layout["icon-image"]) map.setLayoutProperty(layer.id, "icon-image", layer.layout["icon-image"]);
    });
  }

  /* Bring the map in line with the state; whatever has not changed is not touched. */
  function follow(state, pairing, overview) {
    // One the workspace does not have comes without a map: the overview stays.
    const isPairing = state.page === "pairing" && pairing && pairing.id === state.pairing && Boolean(pairing.map);
    const paper = theme();
    if (shown.theme !== paper) paint(paper);
    if (overview && (shown.metric || bordergap.METRICS[0]) !== state.metric) colour(overview, state.metric);
    const district = state.page === "overview" ? state.district : "";
    if (overview && (shown.district || "") !== district && bordergap.isFindable()) beside(overview, district);
    if (shown.words !== boot.lang) nameInTongue();
    const current = isPairing ? pairing : null;
    if (shown.pairing !== current || shown.page !== state.page) enter(current);
    if (overview && (shown.exact || null) !== current) exact(overview, current);
    const passing = current ? JSON.stringify([bordergap.filtersOf(state), state.gap]) : "";
    if (current && (shown.pairing !== current || shown.passing !== passing)) findings(state, current);
    bordergap.showLayers(map, boot, state, Boolean(isPairing), paper);
    const moved = shown.gap !== state.gap || shown.pairing !== current;
    if (current && state.gap && moved && !shown.pressed) look(current, state.gap);
    const at = String(state.at || "");
    if (shown.at !== at || (at && shown.pairing !== current)) place(state.at);
    shown = { at, passing, district: bordergap.isFindable() ? district : shown.district, theme: paper, metric: overview ? state.metric : shown.metric, words: boot.lang, pairing: current, exact: overview ? current : shown.exact, page: state.page, gap: state.gap, overview };
  }

  /* Follow a state that has just been chosen; returns a promise where what it needs is to come. */
  function followNow(state) {
    if (!map) return null;
    const isPairing = state.page === "pairing";
    if (isPairing && !(shown.pairing && shown.pairing.id === state.pairing)) return bordergap.enterNow(state);
    if (isPairing || shown.page === state.page) follow(state, shown.pairing, shown.overview);
    return null;
  }

  /* Show another pairing; resolves once its shapes are laid out. */
  function enterMap(state, pairing) {
    follow(state, pairing, shown.overview);
    return new Promise((resolve) => map.once("idle", resolve));
  }

  const borders = (overview) => overview.rows.filter((row) => row.border !== null);

  function colour(overview, metric) {
    borders(overview).forEach((row) => map.setFeatureState({ source: "borders", id: row.border }, { metric }));
  }

  /* Borders of other districts step back while one is looked at. */
  function beside(overview, district) {
    borders(overview).forEach((row) => map.setFeatureState(
      { source: "borders", id: row.border }, { beside: Boolean(district) && !bordergap.hasDistrict(row.id, district) }));
  }

  /* Borders that the pairing in view brings in full detail are not drawn as the overview has them. */
  function exact(overview, pairing) {
    const ids = new Set(pairing ? [pairing.id, ...pairing.map.around.features.map((feature) => feature.properties.pairing)] : []);
    const told = (is) => (id) => map.setFeatureState({ source: "borders", id }, { exact: is });
    detailed.forEach(told(false));
    detailed = borders(overview).filter((row) => ids.has(row.id)).map((row) => row.border);
    detailed.forEach(told(true));
  }

  function enter(pairing) {
    if (!pairing && !shown.pairing) return;
    bordergap.hide("profile", !(pairing && pairing.profiles)); // before it comes: the map has its size then
    settle();
    if (isStill()) hold();
    if (pairing) pairing.map.gaps.features.forEach(({ properties: { mark, domain, class: level } }) => mark && drawImage(`mark|${domain}|${level}|${theme()}`));
    PAIRING_SOURCES.forEach((name) => map.getSource(name).setData(pairing ? pairing.map[name] : NOTHING));
    ["segments", "gaps"].forEach((source) => map.removeFeatureState({ source }));
    if (!pairing) map.getSource("chosen").setData(NOTHING);
    fit(pairing ? pairing.bounds : boot.bounds, Boolean(shown.page));
  }

  /* Take the size that the panels leave, with what is shown: a canvas of another size is empty until it is painted. */
  function settle() {
    const [container, canvas] = [map.getContainer(), map.getCanvas()];
    if (container.clientWidth !== canvas.clientWidth || container.clientHeight !== canvas.clientHeight) map.resize().redraw();
  }

  /* Go on showing what is there until all that is to be shown is laid out. MapLibre paints a frame for each source that
     arrives; where a frame takes a tenth of a second, those in between are what a reader waits for. */
  function hold() {
    const { painter } = map;
    const until = performance.now() + HOLD_MS;
    window.setTimeout(() => map.triggerRepaint(), HOLD_MS);
    painter.render = function (...given) {
      if (performance.now() < until && !map.style.loaded()) return;
      delete painter.render;
      painter.render(...given);
    };
  }

  /* Show the gaps that pass, and colour each segment by the worst of those that touch it. */
  function findings(state, pairing) {
    const rows = pairing.gaps;
    const chosen = rows.findIndex((row) => row.id === state.gap);
    const passing = rows.filter((row) => bordergap.passes(row, state));
    const listed = new Set(passing);
    rows.forEach((row, number) => map.setFeatureState({ source: "gaps", id: number }, { out: !listed.has(row), chosen: number === chosen }));
    if (shown.pairing !== pairing || shown.gap !== state.gap) {
      const features = pairing.map.gaps.features.filter((feature) => feature.properties.number === chosen);
      map.getSource("chosen").setData({ type: "FeatureCollection", features });
    }
    const worst = new Map();
    passing.filter((row) => !row.wide && row.from !== null).forEach((row) => {
      for (let segment = row.from; segment <= row.to; segment += 1) {
        const key = `${row.pairing}|${segment}`;
        worst.set(key, Math.max(worst.has(key) ? worst.get(key) : -1, row.class));
      }
    });
    pairing.map.segments.features.forEach((feature) => {
      const level = worst.get(`${feature.properties.pairing}|${feature.properties.segment}`);
      const state = level === undefined ? { touched: false } : { touched: true, severity: level };
      map.setFeatureState({ source: "segments", id: feature.id }, state);
    });
  }

  /* Mark a place an address speaks of, and go there; null takes the mark away. */
  function place(at) {
    const ring = at ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }] : [];
    map.getSource("cursor").setData({ type: "FeatureCollection", features: ring });
    if (!at) return;
    home.bounds = null;
    map.stop().jumpTo({ center: at, zoom: NEAR });
  }

  /* Bring a gap into view. */
  function look(pairing, id) {
    const number = pairing.gaps.findIndex((row) => row.id === id);
    const shapes = pairing.map.gaps.features.filter((feature) => feature.properties.number === number);
    if (number < 0 || !shapes.length || pairing.gaps[number].wide) return fit(pairing.bounds, true);
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const visit = (part) => {
      if (typeof part[0] !== "number") return part.forEach(visit);
      box[0] = Math.min(box[0], part[0]); box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]); box[3] = Math.max(box[3], part[1]);
    };
    shapes.forEach((feature) => visit(feature.geometry.coordinates));
    home.bounds = null;
    const bounds = [[box[0], box[1]], [box[2], box[3]]];
    const options = { padding: Math.min(140, map.getContainer().clientWidth / 4), maxZoom: Math.min(NEAR, fitted + NEARER), animate: !isStill() };
    const arrive = (duration) => map.fitBounds(bounds, Object.assign(options, { duration }));
    const camera = map.cameraForBounds(bounds, options);
    if (!camera || !bordergap.flyAlong(map, pairing, shown.gap, id, camera.zoom, arrive)) arrive(600);
  }

  const isSeen = (feature) => !feature.state.exact && (feature.state.chosen || !feature.state.out);

  /* What lies under the pointer, nearest meaning first. */
  function under(place) {
    const around = (reach) => [[place.x - reach, place.y - reach], [place.x + reach, place.y + reach]];
    const first = (ids, reach) => {
      const present = ids.filter((id) => map.getLayer(id) && map.getLayoutProperty(id, "visibility") !== "none");
      return present.length ? map.queryRenderedFeatures(around(reach), { layers: present }).find(isSeen) : undefined;
    };
    const tries = [
      ["gap", ["chosen-mark", "gap-marks"], 4], ["segment", ["segments"], 7], ["gap", ["gap-areas"], 0],
      ["border", ["borders", "borders-quiet", "around"], 8], ["thing", bordergap.thingLayers(), 3],
    ];
    for (const [what, ids, reach] of tries) {
      const feature = first(ids, reach);
      if (feature) return { what, feature };
    }
    return null;
  }

  /* The worst gap shown that touches a segment. */
  function gapAt(properties) {
    const state = bordergap.now();
    return shown.pairing.gaps.find(
      (row) => !row.wide && row.pairing === properties.pairing && row.from <= properties.segment &&
        properties.segment <= row.to && bordergap.passes(row, state)
    );
  }

  function told(found) {
    const properties = found.feature.properties;
    if (found.what === "border") {
      const row = shown.overview && shown.overview.rows.find((each) => each.id === properties.pairing);
      if (!row) return null;
      return [row.name, boot.words["map.border_hint"].replace("{share}", row.share_text).replace("{people}", row.people_text), row.worst_text];
    }
    if (found.what === "thing") {
      const kind = properties.kind || properties.road_class || properties.landuse_class || "";
      const made = properties.provenance ? ` · ${boot.provenances[properties.provenance]}` : "";
      return [properties.name || boot.things[kind] || kind, (properties.name ? boot.things[kind] || kind : "") + made];
    }
    const gap = found.what === "gap" ? shown.pairing.gaps[properties.number] : gapAt(properties);
    return gap ? [`${gap.kind_text} · ${gap.severity.toFixed(1)}`, gap.sentence] : null;
  }

  let hovered = null;
  let dwell = 0;
  function hover(border) {
    if (hovered === border) return;
    if (hovered !== null) map.setFeatureState({ source: "borders", id: hovered }, { hover: false });
    if (border !== null) map.setFeatureState({ source: "borders", id: border }, { hover: true });
    hovered = border;
  }

  /* Show which border a row of the ranking is about; null shows none. */
  function pointBorder(pairing) {
    if (!map || !shown.overview) return;
    const row = pairing && shown.overview.rows.find((each) => each.id === pairing);
    hover(row && row.border !== null ? row.border : null);
  }

  function point(event) {
    if (bordergap.wallHint(event)) return;
    const found = event && boot && shown.page ? under(event.point) : null;
    const lines = found ? told(found) : null;
    map.getCanvas().style.cursor = found && found.what !== "thing" && lines ? "pointer" : "";
    bordergap.hint(lines && lines.filter(Boolean), event && event.point);
    const isBorder = found && found.what === "border";
    hover(isBorder && found.feature.source === "borders" ? found.feature.id : null);
    window.clearTimeout(dwell);
    if (isBorder) dwell = window.setTimeout(() => bordergap.preparePairing(boot, found.feature.properties.pairing), DWELL_MS);
    const gap = lines && (found.what === "gap" ? shown.pairing.gaps[found.feature.properties.number] : found.what === "segment" ? gapAt(found.feature.properties) : null);
    bordergap.hintGap(gap ? gap.id : null);
  }

  function press(event) {
    if (bordergap.wallPress(event)) return;
    const found = under(event.point);
    if (!found || found.what === "thing") return;
    bordergap.hint(null);
    if (found.what === "border") return bordergap.open(found.feature.properties.pairing);
    const gap = found.what === "gap" ? shown.pairing.gaps[found.feature.properties.number] : gapAt(found.feature.properties);
    if (!gap) return;
    shown.pressed = true; // it is in view already: the map stays where it is
    bordergap.go({ gap: gap.id }, !bordergap.now().gap);
  }

  /* Draw again in the other theme. */
  function repaint(state) {
    if (map) follow(state, shown.pairing, shown.overview);
  }

  /* Mark a place on the border by its chainage in km; null takes the mark away. */
  function pointAt(km) {
    if (!map || !map.getSource("cursor")) return;
    const features = [];
    const at = bordergap.now().at;
    if (at) features.push({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } });
    if (km !== null && shown.pairing && bordergap.now().direction === "along") {
      const place = bordergap.placeAt(shown.pairing, km);
      if (place) features.push({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: place } });
    }
    map.getSource("cursor").setData({ type: "FeatureCollection", features });
  }

  function home() {
    if (map) fit(shown.pairing ? shown.pairing.bounds : boot.bounds, true);
  }
  const lookAgain = () => map && shown.pairing && shown.gap && look(shown.pairing, shown.gap);
  const zoom = (by) => map && (home.bounds = null, map).easeTo({ zoom: map.getZoom() + by, animate: !isStill(), duration: 200 });

  Object.assign(bordergap, { attachMap: attach, followMap: follow, repaintMap: repaint, pointAt, homeMap: home, lookMap: lookAgain, zoomMap: zoom, pointBorder, followNow, enterMap, theme });
})();
