/* The layers of the map: their list, their switches and opacities, and their geometry, asked for when first shown.

   The list comes by its address; which layers are on, and how opaque, stands in the address of the view. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const none = () => window.dash_clientside.no_update;
  const AGAIN_MS = 2000; // between two looks at layers that are being prepared
  const OPACITIES = {
    fill: ["fill-opacity"], line: ["line-opacity"], circle: ["circle-opacity", "circle-stroke-opacity"],
    symbol: ["icon-opacity", "text-opacity"], raster: ["raster-opacity"],
  };

  let boot = null;
  let asked = null; // for which frame the list was asked for
  let rows = []; // from the top of the map to its bottom
  let map = null; // MapLibre's
  let added = {}; // by layer, the sources it was put on the map with
  let drawn = {}; // by id of the style, its visibility and opacity as they are
  let paper = "light";

  const isOn = (state, row) => (row.on ? !state.hidden.includes(row.name) : state.layers.includes(row.name));
  const rooted = (path) => new URL(bordergap.root(), window.location.href).href + path; // braces stay braces

  function opacityOf(state, row) {
    const said = state.opacity.find((each) => each.startsWith(`${row.name}-`));
    return said ? Math.min(100, Math.max(0, Number(said.slice(row.name.length + 1)))) : row.opacity;
  }

  /* --- the map -------------------------------------------------------------------------------------------------- */

  function styleOf(row) {
    return row.styles ? row.styles[paper] || [] : boot.styles[paper].filter((each) => row.ids.includes(each.id));
  }

  /* Below which layer of the map a row goes: the next one above it that is there. */
  function place(row) {
    const above = rows.slice(0, rows.indexOf(row)).reverse().find((each) => each.styles && each.below === row.below && added[each.name]);
    return above ? above.ids.find((id) => map.getLayer(id)) : row.below;
  }

  function put(row) {
    const wanted = JSON.stringify(row.sources);
    if (added[row.name] === wanted) return;
    remove(row);
    Object.entries(row.sources).forEach(([name, source]) => {
      const from = source.tiles ? { tiles: source.tiles.map(rooted) } : { data: rooted(source.data) };
      map.addSource(name, Object.assign({}, source, from));
    });
    const before = place(row);
    styleOf(row).forEach((style) => map.addLayer(style, before));
    added[row.name] = wanted;
  }

  function remove(row) {
    if (!added[row.name]) return;
    map.getStyle().layers.filter((each) => each.source in row.sources).forEach((each) => map.removeLayer(each.id));
    Object.keys(JSON.parse(added[row.name])).forEach((name) => map.getSource(name) && map.removeSource(name));
    row.ids.forEach((id) => delete drawn[id]);
    delete added[row.name];
  }

  function set(id, property, value, write) {
    const known = (drawn[id] = drawn[id] || {});
    const text = JSON.stringify(value);
    if (known[property] === text || !map.getLayer(id)) return;
    known[property] = text;
    write(id, property, value);
  }

  /* A share of what the style has; what changes with the zoom by itself is left alone. */
  function faded(base, share) {
    if (base === undefined) return share;
    if (typeof base === "number") return base * share;
    return JSON.stringify(base).includes('"zoom"') || !Array.isArray(base) ? base : ["*", share, base];
  }

  function fade(row, percent) {
    styleOf(row).forEach((style) => OPACITIES[style.type].forEach((property) => {
      if (property === "text-opacity" && !(style.layout || {})["text-field"]) return;
      if (property === "icon-opacity" && !(style.layout || {})["icon-image"]) return;
      set(style.id, property, faded((style.paint || {})[property], percent / 100), (...all) => map.setPaintProperty(...all));
    }));
  }

  /* Whether a layer of the style belongs to the page in view. */
  function belongs(id, isPairing) {
    const other = isPairing ? "overview" : "pairing";
    return !boot.groups[other].includes(id);
  }

  const setVisible = (id, on) => set(id, "visibility", on ? "visible" : "none", (...all) => map.setLayoutProperty(...all));

  /* Bring the layers of the map in line with the state. */
  function show(made, given, state, isPairing, theme) {
    boot = boot || given;
    if (map !== made) [map, added, drawn] = [made, {}, {}];
    if (paper !== theme) repaint(theme);
    // Before the list has come, or where it cannot be had, the map has what belongs to its page.
    const early = rows.length ? [] : [...boot.groups.overview, ...boot.groups.pairing];
    early.forEach((id) => setVisible(id, belongs(id, isPairing)));
    rows.forEach((row) => {
      const on = isOn(state, row);
      if (row.styles && row.state !== "ready") return remove(row);
      if (row.styles && on) put(row);
      row.ids.forEach((id) => setVisible(id, on && belongs(id, isPairing)));
      if (on) fade(row, opacityOf(state, row));
    });
  }

  /* The other theme: what the list put on the map is painted here, the rest by the map itself. */
  function repaint(theme) {
    paper = theme;
    drawn = Object.fromEntries(Object.entries(drawn).map(([id, known]) => [id, { visibility: known.visibility }]));
    rows.filter((row) => added[row.name]).forEach((row) => styleOf(row).forEach((style) =>
      Object.entries(style.paint).forEach(([property, value]) => map.getLayer(style.id) && map.setPaintProperty(style.id, property, value))));
  }

  /* The layers whose features can be pointed at. */
  const things = () => rows.filter((row) => row.group === "given" && added[row.name]).flatMap((row) => row.ids);

  /* A tile that cannot be had: of the base map the list says so, of others the console. */
  function failed(event) {
    if (event.error && event.error.status === 410 && bordergap.renew()) return; // another run has replaced the results
    const row = rows.find((each) => each.group === "base" && event.sourceId in (each.sources || {}));
    if (!row) return console.error(event.error);
    row.said = boot.words["layers.base_failed"];
    refresh(bordergap.now());
  }

  /* --- the list ------------------------------------------------------------------------------------------------- */

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children.filter(Boolean));
    return made;
  }

  function swatch(key) {
    const made = element("span", { className: key.shape === "mark" ? "mark mark-diamond severity-3" : `layer-key ${key.shape}` });
    made.setAttribute("aria-hidden", "true");
    made.style.setProperty("--key-light", key.light);
    made.style.setProperty("--key-dark", key.dark);
    return made;
  }

  function build(list) {
    list.replaceChildren(...rows.map((row) => {
      const box = element("input", { type: "checkbox", id: `layer-${row.name}` });
      box.addEventListener("change", () => choose(row, box.checked));
      const label = element("label", { className: "layer-label", htmlFor: box.id }, swatch(row.key),
        element("span", { className: "option-label", textContent: row.label }),
        row.badge && element("span", { className: "badge", textContent: row.badge }));
      const more = element("button", { type: "button", className: "layer-more", title: boot.words["layers.more"] });
      more.setAttribute("aria-label", `${row.label}: ${boot.words["layers.more"]}`);
      more.setAttribute("aria-controls", `layer-detail-${row.name}`);
      more.setAttribute("aria-expanded", "false");
      const detail = element("div", { className: "layer-detail", id: `layer-detail-${row.name}`, hidden: true }, ...details(row));
      more.addEventListener("click", () => {
        detail.hidden = !detail.hidden;
        more.setAttribute("aria-expanded", String(!detail.hidden));
      });
      const said = element("p", { className: "layer-said", hidden: true });
      said.setAttribute("role", "status");
      return element("li", { className: `layer${row.only_pairing ? " only-pairing" : ""}` },
        element("div", { className: "layer-line" }, box, label, more), said, detail);
    }));
  }

  function details(row) {
    const slider = element("input", { type: "range", min: 10, max: 100, step: 10, id: `opacity-${row.name}` });
    slider.addEventListener("input", () => {
      slider.nextElementSibling.value = `${slider.value}%`;
      if (map && (!row.styles || added[row.name])) fade(row, Number(slider.value)); // the map follows the hand, the address its end
    });
    slider.addEventListener("change", () => {
      const others = bordergap.now().opacity.filter((each) => !each.startsWith(`${row.name}-`));
      const own = Number(slider.value) === row.opacity ? [] : [`${row.name}-${slider.value}`];
      bordergap.go({ opacity: others.concat(own) });
    });
    const facts = row.facts.flatMap((fact) => [element("dt", { textContent: fact.label }), element("dd", { textContent: fact.value })]);
    return [
      element("div", { className: "layer-opacity" }, element("label", { htmlFor: slider.id, textContent: boot.words["layers.opacity"] }),
        slider, element("output", { htmlFor: slider.id })),
      row.keys.length && element("ul", { className: "layer-keys" },
        ...row.keys.map((key) => element("li", {}, swatch(key), element("span", { textContent: key.label })))),
      ...row.notes.map((note) => element("p", { className: "about", textContent: note })),
      element("dl", { className: "layer-facts" }, ...facts),
    ];
  }

  function choose(row, on) {
    const list = row.on ? "hidden" : "layers";
    const others = bordergap.now()[list].filter((name) => name !== row.name);
    bordergap.go({ [list]: on === row.on ? others : others.concat(row.name) });
  }

  /* Show in the list what is on, how opaque, and what is still to come. */
  function refresh(state) {
    const list = document.getElementById("layers");
    if (!list || !rows.length) return;
    if (list.dataset.of !== `${boot.lang} ${rows.map((row) => row.name)}`) {
      build(list);
      list.dataset.of = `${boot.lang} ${rows.map((row) => row.name)}`;
    }
    rows.forEach((row) => {
      const on = isOn(state, row);
      const box = document.getElementById(`layer-${row.name}`);
      const slider = document.getElementById(`opacity-${row.name}`);
      box.checked = on;
      if (document.activeElement !== slider || !slider.matches(":active")) slider.value = opacityOf(state, row);
      slider.nextElementSibling.value = `${slider.value}%`;
      const said = box.closest(".layer").querySelector(".layer-said");
      const text = row.state === "preparing" ? boot.words["layers.preparing"]
        : row.state === "failed" ? [boot.words["layers.failed"], row.said].filter(Boolean).join(" ") : row.said;
      if (said.textContent !== text) said.textContent = text;
      said.hidden = !(on && text);
    });
  }

  async function ask() {
    const response = await fetch(bordergap.root() + boot.addresses.layers);
    if (!response.ok) throw new Error(String(response.status));
    rows = (await response.json()).layers;
    const state = bordergap.now();
    refresh(state);
    bordergap.repaintMap(state);
    later(state);
  }

  /* Look again as long as a layer that is switched on is being prepared. */
  function later(state) {
    window.clearTimeout(later.timer);
    if (rows.some((row) => row.state === "preparing" && isOn(state, row))) later.timer = window.setTimeout(() => ask().catch(() => later(state)), AGAIN_MS);
  }

  calls.layers = function (state, given) {
    if (!["overview", "pairing"].includes(state.page)) return;
    if (asked !== given) {
      boot = asked = given;
      ask().catch(() => bordergap.tell(boot, "layers.unavailable"));
    }
    refresh(state);
    later(state);
  };

  Object.assign(bordergap, { showLayers: show, thingLayers: things, layerFailed: failed });
})();
