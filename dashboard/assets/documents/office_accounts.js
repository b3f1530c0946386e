/* Accounts on the administrator's page: listed, added with a password for once, changed, closed. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const button = (...given) => bordergap.button(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const ROLES = ["viewer", "editor", "administrator"];
  const SHOWN = 6; // regions named in the list

  const nameOf = (known, id) => known.regions[id] || id;
  function where(known, account) {
    if (account.regions === null) return words("office.everywhere");
    const named = account.regions.slice(0, SHOWN).map((id) => nameOf(known, id));
    const more = account.regions.length - named.length;
    return el("span", {}, named.join(words("office.comma")), more > 0 ? ` ${words("office.more", { count: more })}` : "",
      el("span", { className: "about" }, ` · ${words(`office.sees.${account.sees}`)}`));
  }

  /* Districts and pairings as chips, chosen by name; none means everywhere. */
  function regionField(known, chosen) {
    const ids = new Set(chosen || []);
    const list = el("datalist", { id: "office-regions" }, Object.entries(known.regions).map(([id, name]) => el("option", { value: name === id ? id : `${name} · ${id}` })));
    const box = el("input", { id: "office-region", type: "text", list: "office-regions", autocomplete: "off", placeholder: words("office.region_find") });
    const chips = el("ul", { className: "office-chips" });
    const problem = el("p", { className: "field-problem", role: "alert" });
    const draw = () => chips.replaceChildren(...[...ids].map((id) => {
      const off = el("button", { type: "button", "aria-label": words("office.region_off", { name: nameOf(known, id) }) }, "×");
      off.addEventListener("click", () => { ids.delete(id); draw(); box.focus(); });
      return el("li", {}, nameOf(known, id), off);
    }), ...(ids.size ? [] : [el("li", { className: "about" }, words("office.everywhere"))]));
    /* What was typed or chosen as an id; null for what is none. */
    const found = (typed) => {
      const id = typed.split(" · ").pop().trim();
      return id in known.regions ? id : Object.keys(known.regions).find((each) => known.regions[each] === typed.trim()) || null;
    };
    const take = (isDone) => {
      if (!box.value.trim()) { problem.textContent = ""; return true; }
      const id = found(box.value);
      if (!id) { if (isDone) problem.textContent = words("office.error.region"); return false; }
      problem.textContent = "";
      ids.add(id);
      box.value = "";
      draw();
      return true;
    };
    box.addEventListener("input", () => box.value.includes(" · ") && take(false));
    box.addEventListener("change", () => take(true));
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" && box.value.trim()) { event.preventDefault(); take(true); } });
    draw();
    const node = el("div", { className: "field" }, el("label", { for: "office-region" }, words("office.regions")), box, list, problem, chips);
    return { node, read: () => [...ids], settle: () => take(true) };
  }

  /* Role, regions and sight of an account, for a new one and for one that is changed; OpenID Connect tells the role itself. */
  function rightsFields(known, account) {
    const isTold = account.way === "elsewhere";
    const role = el("select", { id: "office-role", disabled: isTold }, ROLES.map((each) => el("option", { value: each, selected: each === account.role }, words(`office.role.${each}`))));
    const about = el("p", { className: "about" });
    const regions = regionField(known, account.regions);
    const sees = el("input", { type: "checkbox", id: "office-sees", checked: account.regions !== null && account.sees === "all" });
    const seesRow = el("label", { className: "office-sees", for: "office-sees" }, sees, words("office.sees_others"));
    const follow = () => {
      about.textContent = words(isTold ? "office.elsewhere_role" : `office.role.${role.value}_about`);
      regions.node.hidden = seesRow.hidden = role.value === "administrator";
    };
    role.addEventListener("change", follow);
    follow();
    return {
      nodes: [el("div", { className: "field" }, el("label", { for: "office-role" }, words("office.role")), role, about), regions.node, seesRow],
      settle: () => role.value === "administrator" || regions.settle(),
      read: () => {
        const own = role.value === "administrator" ? [] : regions.read();
        return { role: role.value, regions: own, sees: own.length && !sees.checked ? "own" : "all" };
      },
    };
  }

  /* The password for once stands here, and nowhere else. */
  function handOut(known, name, password) {
    const told = el("p", { className: "about", role: "status" });
    const sheet = bordergap.dialog(words("office.once.title", { name }), el("output", { className: "office-once", tabindex: "0" }, password),
      el("p", {}, words("office.once.about", { days: known.days })), told,
      el("div", { className: "sheet-foot" }, button("office.once.copy", async () => { await bordergap.copyText(password); told.textContent = words("office.once.copied"); }), button("office.done", () => sheet.close(), "plain primary")));
  }

  function formIn(title, ...children) {
    const sheet = bordergap.dialog(title, ...children);
    sheet.classList.add("office-sheet");
    return sheet;
  }

  function openNew(known, redraw) {
    const { change } = bordergap.office;
    const name = el("input", { id: "office-name", type: "text", required: true, maxlength: "64", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
    const rights = rightsFields(known, { role: "viewer", regions: null, sees: "all" });
    const problem = el("p", { className: "field-problem", role: "alert" });
    const submit = el("button", { className: "plain primary" }, words("office.add"));
    const form = el("form", {}, el("div", { className: "field" }, el("label", { for: "office-name" }, words("login.name")), name), rights.nodes, problem,
      el("div", { className: "sheet-foot" }, button("office.cancel", () => sheet.close()), submit));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!rights.settle()) return;
      submit.disabled = true;
      const told = await change("POST", "accounts", { name: name.value, ...rights.read() });
      submit.disabled = false;
      problem.textContent = told.problem;
      if (told.problem) return;
      sheet.close();
      handOut(known, told.body.account.name, told.body.password);
      redraw();
    });
    const sheet = formIn(words("office.new"), form);
    name.focus();
  }

  function openAccount(known, account, redraw) {
    const { change } = bordergap.office;
    const rights = rightsFields(known, account);
    const problem = el("p", { className: "field-problem", role: "alert" });
    const path = `accounts/${encodeURIComponent(account.id)}`;
    let isActing = false;
    /* Do something with the account, one thing at a time, and say what has become of it. */
    const act = (method, to, json, done) => async () => {
      if (isActing) return;
      isActing = true;
      const told = await change(method, to, json());
      isActing = false;
      problem.textContent = told.problem;
      if (told.problem) return;
      sheet.close();
      done(told.body);
      redraw();
    };
    const tell = (key) => () => bordergap.tellText(words(key, { name: account.name }));
    const save = act("PATCH", path, () => rights.read(), tell("office.saved"));
    const isHere = account.way !== "elsewhere";
    const form = isHere || !known.tells_regions
      ? el("form", {}, rights.nodes, problem, el("div", { className: "sheet-foot" }, button("office.cancel", () => sheet.close()), el("button", { className: "plain primary" }, words("office.save"))))
      : el("div", {}, el("p", {}, words("office.elsewhere")), problem, el("div", { className: "sheet-foot" }, button("office.done", () => sheet.close())));
    form.addEventListener("submit", (event) => { event.preventDefault(); if (rights.settle()) save(); });
    const isOpen = account.closed === null;
    const further = el("div", { className: "office-further" }, el("h3", {}, words(isHere ? "office.access" : "office.logins")), el("div", { className: "office-acts" },
      isHere ? button("office.reset", act("POST", `${path}/password`, () => ({}), (body) => handOut(known, account.name, body.password))) : null,
      isOpen ? button("office.logout", act("POST", `${path}/logout`, () => ({}), tell("office.logged_out"))) : null,
      button(isOpen ? "office.close" : "office.open", act("PATCH", path, () => ({ closed: isOpen }), tell(isOpen ? "office.closed_said" : "office.opened_said")))),
      [isHere && isOpen && "office.reset_about", isOpen && "office.close_about", isHere && !isOpen && "office.open_about"].filter(Boolean).map((key) => el("p", { className: "about" }, words(key))));
    const sheet = formIn(account.name, form, further);
  }

  /* Draw the accounts into `place`; `drawn.record` draws the record anew, to which every change adds. */
  bordergap.drawAccounts = async function (place, drawn) {
    const { get, table, section, failed } = bordergap.office;
    let known;
    try {
      known = await get(`accounts?lang=${calls.boot.lang}`);
    } catch (error) {
      place.replaceChildren(section("office.accounts", null, failed()));
      return;
    }
    const redraw = () => Promise.all([bordergap.drawAccounts(place, drawn), drawn.record()]);
    const way = (account) => (account.closed === null ? words(`office.way.${account.way}`) : el("b", { className: "office-closed" }, words("office.closed", { day: bordergap.sayTime(account.closed, { dateStyle: "medium" }) })));
    const row = (account) => [account.name, words(`office.role.${account.role}`), where(known, account), way(account),
      account.own ? el("span", { className: "about" }, words("office.own")) : button("office.change", () => openAccount(known, account, redraw), "link small", account.name)];
    place.replaceChildren(section("office.accounts", button("office.new", () => openNew(known, redraw), "plain primary"),
      table(words("office.accounts"), ["name", "role", "where", "way", "do"].map((name) => words(`office.column.${name}`)), known.accounts.map(row))));
  };
})();
