/* Controls made from descriptions of fields, for the follow-up of a gap and the items of the programme alike. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const LINES = 3;
  let made = 0; // for ids

  const tag = () => (calls.boot.lang === "zh" ? "zh-CN" : "en-GB");
  const number = (value) => new Intl.NumberFormat(tag(), { maximumFractionDigits: 2 }).format(value);
  const when = (time, style) => new Intl.DateTimeFormat(tag(), style || { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
  const day = (iso) => when(`${iso}T00:00:00`, { dateStyle: "medium" });

  /* The same value in words. */
  function valueText(field, value) {
    if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return "—";
    const types = {
      choice: () => (field.labels || {})[value] || value,
      day: () => day(value),
      number: () => number(value) + (field.unit ? ` ${field.unit}` : ""),
      percent: () => `${number(value)}%`,
      money: () => bordergap.money(value),
      texts: () => value.join(calls.boot.lang === "zh" ? "、" : ", "),
      links: () => value.map((link) => link.title || link.url).join(", "),
      shares: () => Object.entries(value).map(([id, share]) => `${(field.members || {})[id] || id} ${number(100 * share)}%`).join(", "),
      item: () => (field.items || {})[value] || value,
    };
    return (types[field.type] || (() => String(value)))();
  }
  const money = (value) => words("money.yuan", { amount: number(value) });

  const input = (type, more) => (id) => el("input", Object.assign({ type, id, autocomplete: "off", maxlength: type === "text" ? "300" : null }, more));
  const plain = (node) => ({ node, read: () => node.value.trim() || null, write: (value) => { node.value = value ?? ""; } });
  const numeric = (node) => ({ node, write: (value) => { node.value = value ?? ""; }, read: () => (node.value === "" && node.validity.badInput ? "?" : node.value === "" ? null : Number(node.value)) });

  /* Type -> control: its node, and how its value is read and written. */
  const CONTROLS = {
    text: (field, id) => {
      const control = plain(input("text")(id));
      if (field.suggested) control.node.setAttribute("list", field.suggested);
      return control;
    },
    web: (field, id) => plain(input("url", { placeholder: "https://" })(id)),
    time: (field, id) => plain(input("text", { placeholder: "2026-05-01", inputmode: "numeric" })(id)),
    day: (field, id) => plain(input("date", { min: "1950-01-01", max: "2199-12-31" })(id)),
    long: (field, id) => plain(el("textarea", { id, rows: field.lines || LINES, maxlength: "5000" })),
    number: (field, id) => numeric(input("number", { min: "0", step: "any" })(id)),
    percent: (field, id) => numeric(input("number", { min: "0", max: "100", step: "any" })(id)),
    money: (field, id) => numeric(input("number", { min: "0", step: "any" })(id)),
    choice: (field, id) => plain(el("select", { id }, field.required ? [] : el("option", { value: "" }, "—"),
      Object.entries(field.labels).map(([value, label]) => el("option", { value }, label)))),
    item: (field, id) => plain(el("select", { id }, el("option", { value: "" }, "—"), Object.entries(field.items || {}).map(([value, label]) => el("option", { value }, label)))),
    texts: (field, id) => {
      const node = el("textarea", { id, rows: "2", placeholder: words("form.one_a_line") });
      return {
        node, write: (value) => { node.value = (value || []).join("\n"); },
        read: () => { const lines = node.value.split("\n").map((line) => line.trim()).filter(Boolean); return lines.length ? lines : null; },
      };
    },
    shares: (field, id) => {
      const boxes = Object.entries(field.members || {}).map(([member, label], i) => {
        const box = el("input", { type: "number", min: "0", max: "100", step: "any", id: i ? `${id}-${i}` : id, "aria-label": `${field.label}: ${label} (%)` });
        return { member, box, node: el("span", { className: "share-of" }, el("span", { className: "share-name" }, label), box, "%") };
      });
      return {
        node: el("div", { className: "shares" }, boxes.map((each) => each.node)),
        write: (value) => boxes.forEach(({ member, box }) => { box.value = value && member in value ? Number((100 * value[member]).toFixed(4)) : ""; }),
        read: () => {
          const given = boxes.filter(({ box }) => box.value !== "").map(({ member, box }) => [member, Number(box.value) / 100]);
          return given.length ? Object.fromEntries(given) : null;
        },
      };
    },
    links: (field, id) => {
      const list = el("div", { className: "links", id, tabindex: "-1" });
      const row = (link) => {
        const title = el("input", { type: "text", placeholder: words("follow.link_title"), "aria-label": words("follow.link_title"), maxlength: "300" });
        const url = el("input", { type: "url", placeholder: "https://", "aria-label": words("follow.link_url"), maxlength: "2000" });
        const off = el("button", { type: "button", className: "plain round", "aria-label": words("follow.link_remove"), title: words("follow.link_remove") }, "×");
        const made = el("div", { className: "link-row" }, title, url, off);
        title.value = link.title || "";
        url.value = link.url || "";
        off.addEventListener("click", () => { made.remove(); list.dispatchEvent(new Event("change", { bubbles: true })); });
        return made;
      };
      const more = el("button", { type: "button", className: "link small" }, words("follow.link_add"));
      more.addEventListener("click", () => { const made = row({}); more.before(made); made.querySelector("input").focus(); });
      list.append(more);
      return {
        node: list,
        write: (value) => { [...list.querySelectorAll(".link-row")].forEach((old) => old.remove()); (value || []).forEach((link) => more.before(row(link))); },
        read: () => [...list.querySelectorAll(".link-row")].map((each) => [...each.querySelectorAll("input")].map((box) => box.value.trim()))
          .filter(([, url]) => url).map(([title, url]) => ({ title: title || url, url })),
      };
    },
  };

  /* A field with its label: {node, read, write, say, lock}. `say` tells a problem beside it, nothing takes it away. */
  function formField(field) {
    const id = `field-${(made += 1)}-${field.name}`;
    const control = CONTROLS[field.type](field, id);
    const problem = el("p", { className: "field-problem", id: `${id}-problem`, role: "alert", hidden: true });
    const unit = field.unit && field.type !== "shares" ? el("span", { className: "count" }, { CNY: words("unit.cny"), ha: words("unit.ha") }[field.unit] || field.unit) : field.type === "percent" ? el("span", { className: "count" }, "%") : null;
    const dot = field.side ? el("i", { className: `dot side-${field.side}`, "aria-hidden": "true" }) : null;
    const label = el("label", { for: id }, dot, field.label, field.required ? el("span", { className: "needed", title: words("form.required") }, " *") : null);
    const node = el("div", { className: `field field-${field.type}`, "data-field": field.name }, label, el("div", { className: "field-control" }, control.node, unit), problem);
    const boxes = () => [...node.querySelectorAll("input, textarea, select")];
    return Object.assign({}, control, {
      field, node,
      say: (message) => {
        problem.textContent = message || "";
        problem.hidden = !message;
        boxes().forEach((box) => { box.setAttribute("aria-invalid", String(Boolean(message))); box.setAttribute("aria-describedby", problem.id); });
      },
      mark: (state) => { node.dataset.state = state || ""; },
      lock: (isLocked) => node.querySelectorAll("input, textarea, select, button").forEach((box) => { box.disabled = isLocked; }),
    });
  }

  Object.assign(bordergap, { formField, valueText, money, sayNumber: number, sayTime: when, sayDay: day });
})();
