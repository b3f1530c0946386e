/* What stands on the map beside its layers: the hint at the pointer, the scale bar and the north arrow. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const EARTH_M = 40075016.686;
  const TILE = 512;
  const WIDEST = 120; // pixels

  /* Show lines of text at a point of the map; text only, whatever names hold. */
  function hint(lines, point) {
    const box = document.getElementById("map-hint");
    if (!box) return;
    if (!lines || !lines.length) {
      box.hidden = true;
      return;
    }
    box.replaceChildren(
      ...lines.map((line, i) => {
        const part = document.createElement("div");
        part.className = i ? "hint-line" : "hint-title";
        part.textContent = line;
        return part;
      })
    );
    box.hidden = false;
    const room = box.parentElement.getBoundingClientRect();
    const own = box.getBoundingClientRect();
    const left = point.x + 14 + own.width > room.width ? point.x - own.width - 14 : point.x + 14;
    const top = point.y + 14 + own.height > room.height ? point.y - own.height - 14 : point.y + 14;
    box.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  /* Return the length of a scale bar: 1, 2 or 5 times a power of ten, at most WIDEST pixels. */
  function scaleLength(metresPerPixel) {
    const most = WIDEST * metresPerPixel;
    const power = 10 ** Math.floor(Math.log10(most));
    return ([5, 2, 1].find((step) => step * power <= most) || 1) * power;
  }

  function scale(map, words) {
    const bar = document.getElementById("map-scale");
    if (!bar) return;
    const latitude = (map.getCenter().lat * Math.PI) / 180;
    const metresPerPixel = (EARTH_M * Math.cos(latitude)) / (TILE * 2 ** map.getZoom());
    const metres = scaleLength(metresPerPixel);
    bar.style.width = `${metres / metresPerPixel}px`;
    bar.textContent = metres >= 1000 ? `${metres / 1000} ${words["unit.km"]}` : `${metres} ${words["unit.m"]}`;
    const north = document.getElementById("map-north");
    if (north) north.style.transform = `rotate(${-map.getBearing()}deg)`;
  }

  Object.assign(bordergap, { hint, scale, scaleLength });
})();
