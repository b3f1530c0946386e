/* The guided import on the page Data: send a file, look at what is proposed, confirm, import, analyse. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const ASK_MS = 700;
  const PATIENCE = 5; // answers that may fail to come
  const PAUSE_MS = 250; // before a change is previewed: several come together
  const NONE = { type: "FeatureCollection", features: [] };
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const amount = (number) => new Intl.NumberFormat(calls.boot.lang === "zh" ? "zh-CN" : "en-GB").format(number);

  let root = null; // the panel; the page may be drawn anew around it
  let flow = { step: "idle" };
  let missed = 0; // answers in a row that did not come
  let districts = NONE;
  let drawn = "idle"; // the step that is shown

  function make(tag, properties, ...children) {
    const { data, label, ...own } = properties;
    const part = Object.assign(document.createElement(tag), own);
    Object.assign(part.dataset, data);
    if (label) part.setAttribute("aria-label", label);
    part.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return part;
  }

  const button = (label, act, className = "plain") => {
    const made = make("button", { type: "button", className, textContent: label });
    made.addEventListener("click", act);
    return made;
  };

  const path = (rest) => `data/uploads/${flow.id}${rest}`;
  const layers = () => JSON.parse(root.dataset.layers);
  const thing = (value) => calls.boot.things[value] || value;

  function go(step, more) {
    flow = { ...flow, ...more, step };
    draw();
  }

  const fail = (message) => go("failed", { message: message || words("intake.unreachable") });

  async function send(method, address, json) {
    try {
      const answer = await bordergap.send(method, bordergap.inTongue(address), json);
      if (answer.status < 400) return answer.body;
      fail((answer.body && answer.body.message) || String(answer.status));
    } catch (error) {
      fail();
    }
    return null;
  }

  /* --- sending, and work on the server ----------------------------------------------------------------------- */

  async function upload(file) {
    const largest = Number(root.dataset.largest);
    flow = { step: "idle", name: file.name };
    if (file.size > largest) return fail(words("intake.too_large", { size: amount(Math.floor(largest / 1048576)) }));
    go("sending", { share: 0 });
    const sender = new XMLHttpRequest(); // fetch tells nothing of how much has been sent
    flow.sender = sender;
    sender.open("POST", bordergap.root() + bordergap.inTongue(`data/uploads?name=${encodeURIComponent(file.name)}`));
    Object.entries(await bordergap.tokenHeaders()).forEach(([name, value]) => sender.setRequestHeader(name, value));
    sender.setRequestHeader("Content-Type", "application/octet-stream");
    sender.upload.addEventListener("progress", (event) => progress(event.loaded / event.total));
    sender.addEventListener("abort", reset);
    sender.addEventListener("error", () => fail());
    sender.addEventListener("load", () => {
      let body = {};
      try { body = JSON.parse(sender.responseText); } catch (error) { /* a server in between answered */ }
      if (sender.status !== 201) return fail(body.message);
      flow.id = body.id;
      look({});
    });
    sender.send(file);
  }

  async function look(mapping) {
    go("looking", { share: null, said: mapping });
    if (await send("POST", path("/look"), { mapping })) follow();
  }

  /* Ask how far the work is until it has ended. */
  async function follow() {
    let job;
    try {
      ({ job } = await bordergap.read("data/job"));
    } catch (error) {
      missed += 1; // a server that is busy answers the next time
      return missed > PATIENCE ? fail(error.message) : void window.setTimeout(follow, ASK_MS * missed);
    }
    missed = 0;
    if (!job) return reset();
    if (job.state === "running") {
      progress(job.total ? job.done / job.total : null, job.what);
      return void window.setTimeout(follow, ASK_MS);
    }
    if (job.state === "cancelled") return go("failed", { message: words("intake.cancelled") });
    if (job.state === "failed") return fail(job.message);
    if (job.kind === "look") return propose(null, flow.place);
    if (job.kind === "rehearse" && flow.proposal) return go("asking", { rehearsed: { ...flow.rehearsing, result: job.result } });
    if (job.kind === "rehearse") return propose(null, 0); // begun by a page that is gone
    if (job.kind === "import") {
      go("done", { result: job.result, id: othersOpen().length ? flow.id : null, taken: [...(flow.taken || []), flow.place] });
      return refresh();
    }
    go("analysed", { result: job.result });
    refresh();
  }

  function progress(share, what) {
    flow.share = share;
    const bar = root && root.querySelector("progress");
    if (!bar) return;
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
    const said = root.querySelector(".intake-what");
    if (said && what !== undefined) said.textContent = what;
  }

  /* Draw the rest of the page anew: layers have changed. */
  const refresh = () => window.dash_clientside.set_props("document-name", { data: "data" });

  async function propose(layer, place) {
    try {
      districts = await bordergap.read("data/districts");
      const proposal = await bordergap.read(path(`/proposal${layer ? `?layer=${layer}` : ""}`));
      const number = place < proposal.tables.length ? place : 0;
      const table = proposal.tables[number];
      if (table.before && table.crs) table.coordinates = []; // rows that come back say themselves how they were understood
      // Rows without a reference system of their own may still say how they were shifted: that choice comes first.
      const said = table.before && (table.before.datum || table.before.swapped);
      const first = said ? table.coordinates.findIndex((each) => each.datum === table.before.datum && each.swapped === table.before.swapped) : 0;
      const best = table.coordinates[first];
      const mapping = { layer: table.layer, table: table.table, encoding: flow.said.encoding, fields: Object.fromEntries(table.fields.map((each) => [each.field, each.column])), values: {} };
      go("asking", { proposal, place: number, mapping: { ...mapping, ...(best ? chosenPlace(best) : placed(table.before)) }, chosen: best ? first : table.crs ? "" : "other", preview: null, on: "all", add: table.brings_back });
      preview();
    } catch (error) {
      fail(error.message);
    }
  }

  const placed = (best) => (best ? { crs: best.crs || null, datum: best.datum, swap_axes: best.swapped } : { crs: null, datum: null, swap_axes: false });

  /* A place that was chosen is said to the last, that it is not shifted, too: nothing said leaves it to the rows. */
  const chosenPlace = (found) => ({ ...placed(found), datum: found.datum || "none" });

  let waiting = null;
  function preview() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(async () => {
      const asked = (flow.asked = (flow.asked || 0) + 1);
      const answer = await send("POST", path("/preview"), { mapping: flow.mapping, place: flow.place, add: Boolean(flow.add) });
      if (!answer || flow.step !== "asking" || asked !== flow.asked) return;
      flow.preview = answer;
      drawPreview();
    }, PAUSE_MS);
  }

  function reset() {
    if (flow.id) bordergap.send("DELETE", path(""), undefined).catch(() => {});
    flow = { step: "idle" };
    draw();
  }

  /* --- what is shown ------------------------------------------------------------------------------------------ */

  function drop() {
    const input = make("input", { type: "file", id: "intake-file", className: "visually-hidden", accept: root.dataset.endings });
    input.addEventListener("change", () => input.files[0] && upload(input.files[0]));
    const label = make("label", { htmlFor: "intake-file", className: "intake-drop" },
      make("span", { className: "intake-choose plain", textContent: words("intake.choose") }),
      make("span", { textContent: words("intake.or_drop") }),
      make("span", { className: "about", textContent: words("intake.formats") }));
    ["dragenter", "dragover"].forEach((name) => label.addEventListener(name, (event) => { event.preventDefault(); label.classList.add("over"); }));
    ["dragleave", "drop"].forEach((name) => label.addEventListener(name, () => label.classList.remove("over")));
    label.addEventListener("drop", (event) => { event.preventDefault(); if (event.dataTransfer.files[0]) upload(event.dataTransfer.files[0]); });
    return [input, label];
  }

  function working(key, stop) {
    const bar = make("progress", { max: 1, label: words(key, { name: flow.name || "" }) });
    if (typeof flow.share === "number") bar.value = flow.share;
    return [make("p", { textContent: words(key, { name: flow.name || "" }) }), bar,
      make("p", { className: "about intake-what", textContent: "" }), make("div", { className: "intake-buttons" }, button(words("intake.cancel"), stop))];
  }

  const cancel = () => bordergap.send("POST", "data/job/cancel", {});

  function select(label, options, chosen, act) {
    const made = make("select", { label }, options.map(([value, text]) => make("option", { value, textContent: text, selected: value === chosen })));
    made.addEventListener("change", () => act(made.value));
    return made;
  }

  const row = (label, ...parts) => make("div", { className: "intake-row" }, make("span", { className: "intake-label", textContent: label }), make("div", { className: "intake-field" }, parts));

  function change(more) {
    flow.mapping = { ...flow.mapping, ...more };
    preview();
  }

  function coordinates(table) {
    const inside = (each) => (each.inside === null ? "" : ` · ${words("intake.inside", { share: Math.round(each.inside * 100) })}`);
    const options = table.coordinates.map((each, number) => [String(number), `${each.name}${each.swapped ? ` · ${words("intake.swapped")}` : ""}${inside(each)}`]);
    if (table.crs && !table.coordinates.length) options.push(["", words("intake.declared", { crs: table.crs })]);
    options.push(["other", words("intake.other_crs")]);
    const chosen = String(flow.chosen);
    const choose = select(words("intake.coordinates"), options, chosen, (value) => {
      flow.chosen = value;
      const found = table.coordinates[Number(value)];
      change(value === "" || value === "other" ? placed(table.before) : chosenPlace(found));
      draw();
    });
    const parts = [choose];
    if (flow.chosen === "other" || flow.chosen === "") {
      const datum = select(words("intake.datum"), [["none", words("intake.datum.none")], ["gcj02", "GCJ-02"], ["bd09", "BD-09"]], flow.mapping.datum || "none", (value) => change({ datum: value }));
      if (flow.chosen === "other") {
        const code = make("input", { type: "text", value: flow.mapping.crs || "", placeholder: "EPSG:4545", label: words("intake.other_crs") });
        code.addEventListener("change", () => change({ crs: code.value.trim() || null }));
        const swap = make("input", { type: "checkbox", checked: flow.mapping.swap_axes });
        swap.addEventListener("change", () => change({ swap_axes: swap.checked }));
        parts.push(code, make("label", { className: "intake-check" }, swap, words("intake.swap")));
      }
      parts.push(datum);
    }
    const said = table.coordinates[Number(flow.chosen)];
    if (said && flow.chosen !== "") parts.push(make("span", { className: "about", textContent: said.reason }));
    return row(words("intake.coordinates"), parts);
  }

  function fields(table) {
    const guesses = Object.fromEntries(table.fields.map((each) => [each.field, each]));
    const { layer } = flow.mapping;
    const names = table.columns.map((column) => column.name);
    const own = JSON.parse(root.dataset.fields)[layer];
    const needed = table.bounds ? [] : [{ name: "lon", needed: true }, { name: "lat", needed: true }]; // the file's own coordinates were not found
    return [...own, ...needed].map((field) => {
      const guess = guesses[field.name];
      const column = flow.mapping.fields[field.name] || "";
      const examples = (table.columns.find((each) => each.name === column) || { examples: [] }).examples.slice(0, 3).map(([text]) => text).join(", ");
      const label = `${words(`field.${field.name}`)}${field.needed ? " *" : ""}`;
      const choose = select(label, [["", words("intake.no_column")], ...names.map((name) => [name, name])], column, (value) => {
        change({ fields: { ...flow.mapping.fields, [field.name]: value } });
        draw();
      });
      const doubtful = guess && guess.column === column && !guess.certain;
      return make("tr", { className: column || field.needed ? "" : "quiet" }, make("th", { scope: "row", textContent: label }), make("td", {}, choose),
        make("td", {}, make("span", { className: "intake-examples", textContent: examples }), doubtful ? make("span", { className: "badge", title: guess.reason, textContent: words("intake.likely") }) : null));
    });
  }

  /* A part that stays open, or closed, when the form is drawn again. */
  function kept(name, part) {
    const open = (flow.open = flow.open || {});
    if (name in open) part.open = open[name];
    part.addEventListener("toggle", () => { open[name] = part.open; });
    return part;
  }

  function values(table) {
    const choices = flow.proposal.choices[flow.mapping.layer] || {};
    const used = table.values.filter((each) => flow.mapping.fields[each.field] && choices[each.field]);
    used.sort((one, other) => Boolean(one.meaning) - Boolean(other.meaning)); // what is to be decided comes first
    if (!used.length) return null;
    const open = used.filter((each) => !each.meaning).length;
    const lines = used.map((each) => {
      const said = (flow.mapping.values[each.field] || {})[each.value] || each.meaning || "";
      const options = [["", words("intake.as_it_is")], ...choices[each.field].map((value) => [value, thing(value) === value ? value : `${thing(value)} (${value})`])];
      const choose = select(`${words(`field.${each.field}`)}: ${each.value}`, options, said, (value) =>
        change({ values: { ...flow.mapping.values, [each.field]: { ...flow.mapping.values[each.field], [each.value]: value || each.value } } }));
      return make("tr", {}, make("th", { scope: "row", textContent: each.value }), make("td", { className: "about", textContent: `${words(`field.${each.field}`)} · ${amount(each.count)}` }), make("td", {}, choose));
    });
    return kept("values", make("details", { open: open > 0 }, make("summary", { textContent: words(open ? "intake.values_open" : "intake.values", { count: amount(used.length), open: amount(open) }) }),
      make("div", { className: "board-scroll" }, make("table", { className: "evidence intake-table" }, make("tbody", {}, lines)))));
  }

  function asking() {
    const table = flow.proposal.tables[flow.place];
    if (flow.proposal.osm) return extract();
    const tables = isOneOfMany() ? row(words("intake.table"), select(words("intake.table"), flow.proposal.tables.map((each, number) => [String(number), tableName(each, number)]), String(flow.place), (value) => propose(null, Number(value))), make("span", { className: "about", textContent: words("intake.one_by_one") })) : null;
    const unclear = table.clear_layer === null;
    const choose = select(words("intake.layer"), layers(), flow.mapping.layer || "", (value) => propose(value, flow.place));
    if (!flow.mapping.layer) choose.prepend(make("option", { value: "", selected: true, textContent: words("intake.choose_layer") }));
    const present = flow.proposal.present.includes(flow.mapping.layer);
    const form = make("div", { className: "intake-form" },
      make("p", { className: "lead", textContent: words("intake.found", { name: flow.proposal.called, rows: amount(table.rows) }) }),
      left(), tables,
      row(words("intake.layer"), choose, unclear ? make("span", { className: "badge", textContent: words("intake.check") }) : null, present ? adding() : null),
      table.encoding ? row(words("intake.encoding"), select(words("intake.encoding"), [...new Set([table.encoding, "utf-8", "gb18030", "big5"])].map((name) => [name, name]), table.encoding, (value) => look({ encoding: value }))) : null,
      table.bounds ? coordinates(table) : null);
    const lines = flow.mapping.layer ? fields(table) : [];
    const rest = lines.filter((line) => line.className === "quiet");
    const grid = (rows) => make("div", { className: "board-scroll" }, make("table", { className: "evidence intake-table" }, make("tbody", {}, rows)));
    const columns = flow.mapping.layer ? [make("h3", { textContent: words("intake.columns") }), grid(lines.filter((line) => line.className !== "quiet")),
      rest.length ? kept("rest", make("details", {}, make("summary", { textContent: words("intake.rest", { count: rest.length }) }), grid(rest))) : null, values(table)] : [];
    return [make("div", { className: "intake-two" }, form, make("div", { className: "intake-preview", id: "intake-preview" })), ...columns, make("div", { className: "changes", id: "intake-changes" }), confirm()];
  }

  const isOneOfMany = () => Boolean(flow.proposal && !flow.proposal.osm && flow.proposal.tables.length > 1);

  const tableName = (table, number) => words((flow.taken || []).includes(number) ? "intake.table_taken" : "intake.table_rows", { name: table.table || table.source, rows: amount(table.rows) });

  /* What else lies in an archive, database or workbook, and why it is not used. */
  function left() {
    if (!flow.proposal.left.length) return null;
    return kept("left", make("details", { open: true, className: "intake-left" }, make("summary", { textContent: words("intake.left") }), make("ul", { className: "notes" }, flow.proposal.left.map((said) => make("li", { textContent: said })))));
  }

  /* The tables of a file that have not been imported yet, but for the one in hand, each with its number. */
  const othersOpen = () => (isOneOfMany() ? flow.proposal.tables.map((table, number) => [table, number]).filter(([, number]) => number !== flow.place && !(flow.taken || []).includes(number)) : []);

  function rest() {
    if (!flow.id) return null;
    return make("div", { className: "intake-rest" }, make("h3", { textContent: words("intake.next") }),
      make("div", { className: "intake-buttons" }, othersOpen().map(([table, number]) => button(tableName(table, number), () => propose(null, number)))));
  }

  /* Rows that were set aside come back corrected: added to those that are there. */
  function adding() {
    const box = make("input", { type: "checkbox", checked: flow.add, label: words("intake.add") });
    box.addEventListener("change", () => { flow.add = box.checked; draw(); preview(); });
    return make("span", { className: "intake-add" }, make("label", { className: "intake-check" }, box, words("intake.add")),
      flow.add ? null : make("span", { className: "about", textContent: words("intake.replaces") }));
  }

  /* An OSM extract brings all its layers at once; only the level of its districts is asked. */
  function extract() {
    const level = make("input", { type: "number", min: 1, max: 12, value: flow.mapping.admin_level || "", label: words("intake.admin_level") });
    flow.mapping = { admin_level: flow.mapping.admin_level || null };
    level.addEventListener("change", () => { flow.mapping = { admin_level: Number(level.value) || null }; });
    return [make("p", { className: "lead", textContent: words("intake.osm", { name: flow.proposal.called }) }),
      make("ul", { className: "notes" }, flow.proposal.tables.map((each) => make("li", { textContent: `${(layers().find(([name]) => name === each.layer) || ["", each.layer])[1]}: ${amount(each.rows)}` }))),
      row(words("intake.admin_level"), level), confirm()];
  }

  function confirm() {
    const start = button(words("intake.import"), async () => {
      go("importing", { share: null });
      if (await send("POST", path("/import"), { mapping: flow.mapping, add: Boolean(flow.add), keep: othersOpen().length > 0 })) follow();
    }, "plain primary");
    start.id = "intake-import";
    return make("div", { className: "intake-buttons" }, start, button(words("intake.discard"), reset));
  }

  function drawPreview() {
    const place = document.getElementById("intake-preview");
    const start = document.getElementById("intake-import");
    const seen = flow.preview;
    if (!place || !seen) return;
    const wrong = seen.problems.length > 0;
    if (start) start.disabled = wrong || !flow.mapping.layer;
    const parts = [];
    if (wrong) parts.push(make("ul", { className: "notes intake-wrong", role: "alert" }, seen.problems.map((problem) => make("li", { textContent: problem }))));
    if (seen.places) {
      const label = flow.mapping.layer === "districts" ? words("intake.map_districts") : seen.inside ? words("intake.map_label", { inside: amount(seen.inside.inside), of: amount(seen.inside.of) }) : words("intake.map_alone");
      if (seen.places.features.length) {
        parts.push(bordergap.intakeMap(districts, seen.places, flow.on, label));
        const turn = button(words(flow.on === "all" ? "intake.zoom_file" : "intake.zoom_all"), () => { flow.on = flow.on === "all" ? "file" : "all"; drawPreview(); }, "link small");
        parts.push(make("p", { className: "about intake-caption" }, label, " ", districts.features.length ? turn : null));
      }
      const of = seen.sample < seen.rows ? words("intake.of_sample", { sample: amount(seen.sample) }) : "";
      parts.push(make("p", { textContent: `${words("intake.outcome", { accepted: amount(seen.accepted), repaired: amount(seen.repaired), quarantined: amount(seen.quarantined) })}${of}` }));
      if (seen.reasons.length) parts.push(make("ul", { className: "notes" }, seen.reasons.map(([reason, count]) => make("li", { textContent: `${reason} (${amount(count)})` }))));
      if (seen.notes.length) parts.push(make("details", {}, make("summary", { textContent: words("intake.notes", { count: amount(seen.notes.length) }) }), make("ul", { className: "notes" }, seen.notes.map((note) => make("li", { textContent: note })))));
    }
    place.replaceChildren(...parts);
    drawChanges(seen);
  }

  /* What the layer that is there would become: known at once where the sample is all there is, else once all was read. */
  function drawChanges(seen) {
    const place = document.getElementById("intake-changes");
    const replaces = !flow.add && flow.proposal.present.includes(flow.mapping.layer) && !seen.problems.length;
    const read = flow.rehearsed && flow.rehearsed.mapping === JSON.stringify(flow.mapping) ? flow.rehearsed.result : null;
    const changes = seen.changes || (read && read.changes[flow.mapping.layer]);
    const parts = changes ? bordergap.layerChanges(changes, flow.mapping.layer === "districts" ? NONE : districts)
      : [make("p", { className: "about", textContent: words("changes.later") }), make("div", { className: "intake-buttons" }, button(words("changes.rehearse"), rehearse))];
    place.replaceChildren(...(replaces ? [make("h3", { textContent: words("changes.would") }), ...(read ? [outcome(read.records)] : []), ...parts] : []));
    if (read && replaces && flow.rehearsed !== flow.followed) place.scrollIntoView({ block: "nearest" }); // what was asked for
    flow.followed = flow.rehearsed;
  }

  const outcome = (records) => make("p", {}, records.map((record) => words("intake.sum", { rows: amount(record.rows_read), accepted: amount(record.accepted), repaired: amount(record.repaired), quarantined: amount(record.quarantined) })));

  /* Have all of the file read, and nothing stored; what would change holds for what is chosen now. */
  async function rehearse() {
    go("rehearsing", { share: null, rehearsing: { mapping: JSON.stringify(flow.mapping) } });
    if (await send("POST", path("/rehearse"), { mapping: flow.mapping })) follow();
  }

  function done() {
    const named = Object.fromEntries(layers());
    const lines = flow.result.records.map((record) => make("article", { className: "intake-result" },
      make("h3", { textContent: named[record.layer] || record.layer }),
      make("p", { textContent: words("intake.sum", { rows: amount(record.rows_read), accepted: amount(record.accepted), repaired: amount(record.repaired), quarantined: amount(record.quarantined) }) }),
      record.changed ? make("p", {}, record.changed, " ", record.versions ? make("button", { type: "button", className: "link small", textContent: words("changes.show"), data: { act: "layer-changes", layer: record.layer, named: named[record.layer] } }) : null) : null,
      record.notes.length ? make("ul", { className: "notes" }, record.notes.map((note) => make("li", { textContent: note }))) : null));
    const more = flow.result.stale ? [make("p", { className: "provenance provenance-fallback", role: "note", textContent: words("intake.stale") })] : [];
    return [make("p", { className: "lead", role: "status", textContent: words("intake.done", { name: (isOneOfMany() && flow.mapping.table) || flow.name || "" }) }), ...lines, ...more, rest(),
      make("div", { className: "intake-buttons" }, flow.result.stale ? button(words("intake.analyse"), analyse, "plain primary") : null, button(words("intake.another"), reset))];
  }

  async function analyse() {
    go("analysing", { share: null });
    if (await send("POST", "data/analyse", { pairings: "all" })) follow();
  }

  const PARTS = {
    idle: () => [...drop(), root.dataset.stale ? make("div", { className: "intake-buttons" }, button(words("intake.analyse"), analyse)) : null],
    sending: () => working("intake.sending", () => flow.sender.abort()),
    looking: () => working("intake.looking", cancel),
    asking,
    rehearsing: () => working("intake.rehearsing", cancel),
    importing: () => working("intake.importing", cancel),
    analysing: () => working("intake.analysing", cancel),
    done,
    analysed: () => [make("p", { className: "lead", role: "status", textContent: words("intake.analysed", { count: amount(flow.result.gaps) }) }),
      make("div", { className: "intake-buttons" }, button(words("intake.show"), () => { window.location.hash = ""; window.location.reload(); }, "plain primary"), button(words("intake.another"), reset))],
    failed: () => [make("div", { className: "intake-failed", role: "alert" }, make("p", { className: "lead", textContent: words("intake.failed", { name: flow.name || "" }) }), make("p", { className: "intake-message", textContent: flow.message })),
      make("div", { className: "intake-buttons" }, flow.id && flow.proposal ? button(words("intake.back"), () => go("asking")) : null, flow.id ? button(words("intake.as_gbk"), () => look({ encoding: "gb18030" })) : null, button(words("intake.another"), reset))],
  };

  function draw() {
    if (!root) return;
    root.setAttribute("aria-busy", String(["sending", "looking", "rehearsing", "importing", "analysing"].includes(flow.step)));
    const focused = root.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    const isNew = drawn !== flow.step;
    drawn = flow.step;
    root.replaceChildren(...PARTS[flow.step]().filter(Boolean));
    if (focused) (root.querySelector(`[aria-label="${CSS.escape(focused)}"]`) || root).focus();
    else if (isNew && flow.step !== "idle") root.focus({ preventScroll: true });
    if (isNew && !["idle", "asking"].includes(flow.step)) root.scrollIntoView({ block: "nearest" }); // it is shorter than before
    if (flow.step === "asking") drawPreview();
  }

  /* The page Data is drawn by the server, and drawn anew after an import: the panel goes on where it was. */
  async function appear() {
    const found = document.getElementById("intake");
    if (!found || found === root || !calls.boot) return;
    root = found;
    const { person } = await bordergap.me();
    const may = Boolean(person && person.role === "administer");
    document.getElementById("intake-section").hidden = !may;
    document.querySelectorAll(".layer-changes button").forEach((each) => { each.hidden = !may; });
    if (!may) return;
    draw();
    if (flow.step !== "idle") return;
    const { job } = await bordergap.read("data/job"); // begun by a page that is gone
    if (job && job.state === "running") {
      flow = { ...flow, name: job.called, id: job.upload, said: job.mapping || {} };
      go({ look: "looking", rehearse: "rehearsing", import: "importing", analyse: "analysing" }[job.kind], { share: null });
      follow();
    }
  }

  /* A layer was put back: what the panel tells of its import holds no longer. */
  bordergap.intakeOver = () => {
    if (["done", "analysed", "asking"].includes(flow.step)) reset();
    refresh();
  };

  new MutationObserver(appear).observe(document.documentElement, { childList: true, subtree: true });
  appear(); // the page may be there already
})();
