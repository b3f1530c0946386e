/* The map of a chapter: moved, zoomed and switched; names and marks keep their size. */
(function () {
  "use strict";
  const page = window.bordergap;
  const { el, shape, words } = page;
  const CLOSEST = 48; // times the first view
  const FARTHEST = 0.6;
  const STEP = 1.5;
  const PAN = 60; // pixels
  const CLICK = 6; // pixels a finger moves in a click
  const LONGEST = 110; // pixels of the scale bar
  const LETTER = 12;
  const MANY = 60; // marks: from here on they are small

  function wide(said) {
    return Array.from(said).reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e7f ? 1 : 0.58), 0) * LETTER;
  }

  function shortened(said) {
    const letters = Array.from(said);
    return letters.length > 24 ? letters.slice(0, 23).join("") + "…" : said;
  }

  function create(chapter, onPick) {
    const map = chapter.map;
    const view = { k: 1, x: 0, y: 0, width: 800, height: 560 };
    let least = 1;
    let chosen = null;
    let waiting = false;
    const geo = shape("g", "geo", {});
    const shapes = shape("g", "", { "data-layer": "gaps" });
    const names = shape("g", "names", { "data-layer": "names" });
    const marks = shape("g", "marks", { "data-layer": "gaps" });
    const bar = shape("g", "bar", {});
    const svg = shape("svg", "map", { tabindex: "0", role: "group", "aria-label": chapter.alt + " " + words.map }, geo, names, marks, bar);

    map.layers.forEach((layer) => {
      const group = shape("g", "layer-" + layer.name, { "data-layer": layer.name });
      layer.parts.forEach((part) => group.append(shape("path", part.class, { d: part.path })));
      if (layer.name === "segments") geo.append(shapes); // the chosen stretch shines from below
      geo.append(group);
    });
    if (!shapes.parentNode) geo.append(shapes);
    // The worst last: it stands over the others.
    const drawn = chapter.findings
      .map((finding) => {
        const area = shape("path", (finding.flat ? "gap-area" : "gap-line") + " severity-" + finding.severity_class, { d: finding.shape });
        const point = finding.at && shape("g", "gap-mark severity-" + finding.severity_class, { "data-gap": finding.gap_id }, shape("circle", "touch", { r: 14 }), shape("path", "", { d: page.markPath(finding.domain) }), shape("title", "", {}, finding.rank + ". " + finding.title));
        return { finding, area, point };
      })
      .reverse();
    drawn.forEach((one) => {
      shapes.append(one.area);
      if (one.point) marks.append(one.point);
    });
    const labels = map.labels.map((label) => {
      const node = shape("text", label.class, {}, shortened(label.text));
      names.append(node);
      return { label, node, wide: wide(shortened(label.text)) };
    });

    const place = ([x, y]) => [view.x + view.k * x, view.y + view.k * y];

    function draw() {
      waiting = false;
      geo.setAttribute("transform", `translate(${view.x.toFixed(2)} ${view.y.toFixed(2)}) scale(${view.k.toFixed(6)})`);
      drawn.forEach(({ finding, point }) => {
        if (!point) return;
        const [x, y] = place(finding.at);
        const size = finding === chosen ? 10.5 : drawn.length > MANY ? 5.5 : 7.5;
        point.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
        point.children[1].setAttribute("transform", `scale(${size})`);
      });
      const taken = [];
      labels.forEach(({ label, node, wide }) => {
        const [x, y] = place(label.at);
        const box = [x - wide / 2, y - LETTER, x + wide / 2, y + LETTER / 2];
        const out = box[0] < 0 || box[2] > view.width || box[1] < 0 || box[3] > view.height;
        const meets = taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
        node.classList.toggle("away", out || meets);
        if (out || meets) return;
        taken.push(box);
        node.setAttribute("x", x.toFixed(1));
        node.setAttribute("y", (y + LETTER / 3).toFixed(1));
      });
      drawBar();
    }

    function drawBar() {
      const metres = map.metres / view.k;
      const most = LONGEST * metres;
      const power = 10 ** Math.floor(Math.log10(most));
      const length = [5, 2, 1].map((step) => step * power).find((step) => step <= most);
      const said = length >= 1000 ? page.fillIn(words.km, { length: length / 1000 }) : page.fillIn(words.m, { length });
      const long = length / metres;
      const y = view.height - 12;
      bar.replaceChildren(
        shape("path", "bar-rim", { d: `M12 ${y - 5}v5h${long.toFixed(1)}v-5` }),
        shape("path", "bar-line", { d: `M12 ${y - 5}v5h${long.toFixed(1)}v-5` }),
        shape("text", "bar-text", { x: 16, y: y - 5 }, said)
      );
    }

    function later() {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(draw);
    }

    function zoom(factor, x, y) {
      const k = Math.min(Math.max(view.k * factor, least * FARTHEST), least * CLOSEST);
      view.x = x - ((x - view.x) * k) / view.k;
      view.y = y - ((y - view.y) * k) / view.k;
      view.k = k;
      later();
    }

    function move(across, down) {
      // What the map is about cannot be lost.
      const [west, north] = place([0, 0]);
      const [wide, high] = map.size.map((side) => side * view.k);
      view.x += Math.min(Math.max(across, view.width / 2 - (west + wide)), view.width / 2 - west);
      view.y += Math.min(Math.max(down, view.height / 2 - (north + high)), view.height / 2 - north);
      later();
    }

    const middle = () => [view.width / 2, view.height / 2];

    function home() {
      const [west, north, east, south] = map.home;
      least = 0.86 * Math.min(view.width / Math.max(east - west, 1), view.height / Math.max(south - north, 1));
      view.k = least;
      view.x = view.width / 2 - (least * (west + east)) / 2;
      view.y = view.height / 2 - (least * (north + south)) / 2;
      later();
    }

    svg.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
    home();
    draw(); // also where the window does not show it yet: on paper it will be seen
    let first = true;
    function resize() {
      const box = svg.getBoundingClientRect();
      if (!box.width || !box.height) return;
      const [across, down] = [(box.width - view.width) / 2, (box.height - view.height) / 2];
      view.width = box.width;
      view.height = box.height;
      svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
      if (first) {
        first = false;
        home();
        draw();
        return;
      }
      view.x += across;
      view.y += down;
      later();
    }
    new ResizeObserver(() => {
      if (!window.matchMedia("print").matches) resize();
    }).observe(svg);

    const fingers = new Map();
    let moved = 0;
    const at = (event) => {
      const box = svg.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    svg.addEventListener("pointerdown", (event) => {
      if (event.button > 0) return;
      if (!fingers.size) moved = 0;
      fingers.set(event.pointerId, at(event));
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
      const other = [...fingers].find(([id]) => id !== event.pointerId);
      if (other) {
        const [from, to] = [before, now].map((spot) => Math.hypot(spot[0] - other[1][0], spot[1] - other[1][1]));
        if (from > 0 && to > 0) zoom(to / from, (now[0] + other[1][0]) / 2, (now[1] + other[1][1]) / 2);
      } else if (moved > CLICK) {
        move(now[0] - before[0], now[1] - before[1]);
      }
      fingers.set(event.pointerId, now);
    });
    const lifted = (event) => {
      const known = fingers.delete(event.pointerId);
      if (!known || event.type !== "pointerup" || fingers.size || moved > CLICK) return;
      const hit = document.elementsFromPoint(event.clientX, event.clientY).find((node) => svg.contains(node) && node.closest("[data-gap]"));
      if (hit) onPick(hit.closest("[data-gap]").dataset.gap);
    };
    svg.addEventListener("pointerup", lifted);
    svg.addEventListener("pointercancel", lifted);
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(Math.exp(-Math.min(Math.max(event.deltaY, -120), 120) / 300), ...at(event));
    }, { passive: false });
    const keys = {
      ArrowLeft: () => move(PAN, 0),
      ArrowRight: () => move(-PAN, 0),
      ArrowUp: () => move(0, PAN),
      ArrowDown: () => move(0, -PAN),
      "+": () => zoom(STEP, ...middle()),
      "=": () => zoom(STEP, ...middle()),
      "-": () => zoom(1 / STEP, ...middle()),
      0: home,
    };
    svg.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });

    function switchLayer(name, isOn) {
      svg.querySelectorAll(`[data-layer="${name}"]`).forEach((group) => group.classList.toggle("off", !isOn));
    }

    /* Show only the gaps of these ids. */
    function filter(ids) {
      drawn.forEach(({ finding, area, point }) => {
        const away = !ids.has(finding.gap_id);
        area.classList.toggle("away", away);
        if (point) point.classList.toggle("away", away);
      });
    }

    /* Mark a gap, and bring it into view where it is not. */
    function choose(id) {
      chosen = null;
      drawn.forEach((one) => {
        const isChosen = one.finding.gap_id === id;
        one.area.classList.toggle("chosen", isChosen);
        if (one.point) one.point.classList.toggle("chosen", isChosen);
        if (!isChosen) return;
        chosen = one.finding;
        shapes.append(one.area);
        if (!one.point) return;
        marks.append(one.point);
        const [x, y] = place(chosen.at);
        if (x < 24 || y < 24 || x > view.width - 24 || y > view.height - 24) move(view.width / 2 - x, view.height / 2 - y);
      });
      later();
    }

    const button = (sign, label, act) => {
      const node = el("button", "", { type: "button", "aria-label": label, title: label }, sign);
      node.addEventListener("click", act);
      return node;
    };
    const tools = el("div", "map-tools", {}, button("+", words.zoom_in, () => zoom(STEP, ...middle())), button("−", words.zoom_out, () => zoom(1 / STEP, ...middle())), button("⌂", words.home, home));
    const arrow = shape("svg", "north", { viewBox: "-12 -22 24 40", "aria-hidden": "true" }, shape("g", "", { transform: `rotate(${map.north})` }, shape("path", "", { d: "M0-8L6 12L0 8L-6 12z" }), shape("text", "", { y: -11 }, words.north)));
    return { node: el("div", "map-frame", {}, svg, tools, arrow), legend: legend(chapter, switchLayer), filter, choose, resize };
  }

  /* Return the switches of the layers, which are the map's legend too. */
  function legend(chapter, switchLayer) {
    const rows = [
      { name: "names", label: words.names, on: true },
      { name: "gaps", label: words.layer_gaps, on: true },
      ...[...chapter.map.layers].reverse(),
    ];
    return el("fieldset", "layers", {}, el("legend", "", {}, words.layers), rows.map((layer) => {
      const box = el("input", "", { type: "checkbox", checked: layer.on, "data-switch": layer.name });
      box.addEventListener("change", () => switchLayer(layer.name, box.checked));
      if (!layer.on) queueMicrotask(() => switchLayer(layer.name, false));
      return el("label", "", {}, box, key(layer.name, chapter), layer.label);
    }));
  }

  function key(name, chapter) {
    if (name === "segments") {
      return el("span", "ramp", { "aria-hidden": "true" }, [0, 1, 2, 3, 4].map((level) => el("i", "severity-" + level, {})));
    }
    const sides = (name === "members" || name === "zones") && chapter.sides.length;
    return el("span", "key key-" + name, { "aria-hidden": "true" }, sides ? [el("i", "side-a", {}), el("i", "side-b", {})] : []);
  }

  Object.assign(page, { createMap: create });
})();
