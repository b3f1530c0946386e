/* The programs of the graphics card that draw a border are made when something is first drawn by them, which takes two
   seconds where there is no card. So they are made before, while the overview is at rest: each draws something small,
   where the legend covers the map. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const NOTHING = { type: "FeatureCollection", features: [] };
  const HALF = 2; // pixels, of an area's side
  const REST_MS = 1000; // whoever has just come is to find the page at rest, not at work
  const LEAST = 40; // pixels, of the legend's sides: what is drawn is hidden by it

  /* What draws with every program of each source. */
  function shapes(map, boot, [x, y]) {
    const at = (right, down) => map.unproject([x + right, y + down]).toArray();
    const [from, to] = [at(-HALF, -HALF), at(HALF, HALF)];
    const point = { type: "Point", coordinates: from };
    const line = { type: "LineString", coordinates: [from, to] };
    const area = { type: "Polygon", coordinates: [[from, at(HALF, -HALF), to, from]] };
    const all = (...features) => ({ type: "FeatureCollection", features });
    const feature = (geometry, properties) => ({ type: "Feature", geometry, properties });
    const gap = { number: 0, domain: Object.keys(boot.shapes)[0], class: 0, severity: 0 };
    const marked = Object.assign({ mark: true }, gap);
    return {
      members: all(feature(area, { side: "a" }), feature(point, { side: "a", name: "·" })),
      segments: all(feature(line, { segment: 0 })),
      gaps: all(feature(area, gap), feature(point, marked)),
      chosen: all(feature(line, gap), feature(point, gap), feature(point, marked)),
    };
  }

  function behindLegend(map) {
    const legend = document.querySelector(".map-legend");
    const [box, canvas] = [legend.getBoundingClientRect(), map.getCanvas().getBoundingClientRect()];
    if (Math.min(box.width, box.height) < LEAST) return null;
    return [(box.left + box.right) / 2 - canvas.left, (box.top + box.bottom) / 2 - canvas.top];
  }

  /* Source by source, for as long as `isWanted` holds and the map stands still. */
  async function warm(map, boot, isWanted) {
    await new Promise((resolve) => window.setTimeout(resolve, REST_MS));
    const place = isWanted() && behindLegend(map);
    if (!place) return;
    let isStill = true;
    map.once("movestart", () => (isStill = false));
    for (const [name, data] of Object.entries(shapes(map, boot, place))) {
      if (!(isStill && isWanted())) return;
      const clear = () => isWanted() && map.getSource(name).setData(NOTHING);
      map.once("movestart", clear);
      map.getSource(name).setData(data);
      await new Promise((resolve) => map.once("idle", resolve));
      map.off("movestart", clear);
      clear();
      await new Promise((resolve) => (window.requestIdleCallback || window.setTimeout)(resolve));
    }
  }

  Object.assign(bordergap, { warm });
})();
