/* A small map of a file before it is imported: the districts, and on them a sample of its rows, as shapes in SVG. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const SVG = "http://www.w3.org/2000/svg";
  const WIDE = 640;
  const HIGH = 400;
  const EDGE = 18;
  const DOT = 3;
  const CHANGED = 5; // radius of what has changed: fewer, and to be told apart by their outline

  const shape = (tag, attributes) => {
    const made = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  };

  /* All positions of a geometry, whatever its depth. */
  function each(coordinates, use) {
    if (typeof coordinates[0] === "number") use(coordinates[0], coordinates[1]);
    else coordinates.forEach((inner) => each(inner, use));
  }

  function bounds(collections) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    collections.forEach((collection) => collection.features.forEach(({ geometry }) => geometry && geometry.coordinates && geometry.coordinates.length && each(geometry.coordinates, (x, y) => {
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    })));
    return Number.isFinite(box[0]) ? box : null;
  }

  /* From degrees to the paper: equal in both directions at the middle of the map. */
  function projection(box) {
    const shrink = Math.cos(((box[1] + box[3]) / 2) * Math.PI / 180) || 1;
    const width = Math.max((box[2] - box[0]) * shrink, 1e-6);
    const height = Math.max(box[3] - box[1], 1e-6);
    const scale = Math.min((WIDE - 2 * EDGE) / width, (HIGH - 2 * EDGE) / height);
    const left = (WIDE - width * scale) / 2;
    const top = (HIGH - height * scale) / 2;
    return (x, y) => `${(left + (x - box[0]) * shrink * scale).toFixed(1)},${(top + (box[3] - y) * scale).toFixed(1)}`;
  }

  const rings = (lines, at, close) => lines.map((line) => `M${line.map(([x, y]) => at(x, y)).join("L")}${close}`).join("");

  function path(geometry, at) {
    const { type, coordinates } = geometry;
    if (type === "LineString") return rings([coordinates], at, "");
    if (type === "MultiLineString") return rings(coordinates, at, "");
    if (type === "Polygon") return rings(coordinates, at, "Z");
    return coordinates.map((part) => rings(part, at, "Z")).join("");
  }

  function group(collection, at, className) {
    const made = shape("g", { class: className });
    collection.features.forEach(({ geometry, properties, change }) => {
      if (!geometry || !geometry.coordinates || !geometry.coordinates.length) return;
      let part;
      if (geometry.type === "Point") {
        const [x, y] = at(...geometry.coordinates).split(",");
        part = shape("circle", { cx: x, cy: y, r: change ? CHANGED : DOT });
      } else {
        part = shape("path", { d: path(geometry, at), class: geometry.type.includes("Line") ? "line" : "area" });
      }
      const name = Object.values(properties || {}).filter(Boolean).join(" · ");
      if (change) part.classList.add(`change-${change}`);
      if (name) part.append(Object.assign(shape("title", {}), { textContent: name }));
      made.append(part);
    });
    return made;
  }

  /* Draw districts and places into an SVG; the view holds what is named by `on`: the file, or all. */
  function draw(districts, places, on, label) {
    const box = bounds(on === "file" && places.features.length ? [places] : [districts, places]);
    const made = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", class: "intake-map" });
    made.setAttribute("aria-label", label);
    if (!box) return made;
    const at = projection(box);
    made.append(group(districts, at, "map-districts"), group(places, at, "map-places"));
    return made;
  }

  bordergap.intakeMap = draw;
})();
