/* The administrator's page: accounts (office_accounts.js), links given out, and the record of who did what. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const button = (...given) => bordergap.button(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const WHEN = { dateStyle: "medium", timeStyle: "short" };

  const get = async (path) => {
    const response = await fetch(`${bordergap.root()}office/${path}`, { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  };
  /* Send a change; what cannot be is said by its code, or as the server says it. */
  async function change(method, path, json) {
    let answer;
    try {
      answer = await bordergap.send(method, `office/${path}`, json);
    } catch (error) {
      answer = { status: 0, body: null };
    }
    if (answer.status === 200) return { body: answer.body, problem: "" };
    const code = (answer.body && answer.body.error) || "failed";
    return { body: null, problem: calls.boot.words[`office.error.${code}`] || words("office.error.failed") };
  }
  /* A table whose rows become cards where it is narrow: each cell carries the name of its column. */
  function table(caption, heads, rows) {
    const row = (cells) => el("tr", {}, cells.map((cell, i) => el(i ? "td" : "th", { scope: i ? null : "row", "data-head": heads[i] }, cell)));
    return el("div", { className: "office-scroll" }, el("table", { className: "office-table", "aria-label": caption },
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, rows.map(row))));
  }
  const section = (key, ...children) => el("section", { className: "office-part" }, el("header", {}, el("h2", {}, words(key)), children[0]), children.slice(1));
  const failed = () => el("p", { className: "field-problem", role: "alert" }, words("office.error.load"));

  async function links(place) {
    try {
      const { links: held } = await get(`links?lang=${calls.boot.lang}`);
      const row = (link) => [el("a", { href: bordergap.address(Object.assign(bordergap.parse(window.location.origin + bordergap.root()), { page: "pairing", pairing: link.pairing, gap: link.gap || "", lang: bordergap.now().lang })) }, link.pairing_text),
        words(link.gap ? "office.link.gap" : "office.link.border"), words(`office.link.${link.lang}`), bordergap.sayTime(link.expires, WHEN),
        button("office.link.revoke", () => askRevoke(link, place), "link small", link.pairing_text)];
      place.replaceChildren(section("office.links", null, el("p", { className: "about" }, words("office.links_about")),
        held.length ? table(words("office.links"), ["pairing", "shows", "lang", "until", "do"].map((name) => words(`office.link.column.${name}`)), held.map(row)) : el("p", { className: "empty" }, words("office.links_none"))));
    } catch (error) {
      place.replaceChildren(section("office.links", null, failed()));
    }
  }
  function askRevoke(link, place) {
    const problem = el("p", { className: "field-problem", role: "alert" });
    const ask = bordergap.dialog(words("office.link.revoke_title"), el("p", {}, words("office.link.revoke_about", { pairing: link.pairing_text })), problem,
      el("div", { className: "sheet-foot" }, button("office.cancel", () => ask.close()), button("office.link.revoke", async () => {
        const told = await change("DELETE", `links/${encodeURIComponent(link.id)}`);
        if (told.problem) { problem.textContent = told.problem; return; }
        ask.close();
        bordergap.tell(calls.boot, "office.link.revoked");
        await Promise.all([links(place), drawn.record()]);
      }, "plain primary")));
  }

  const said = (what) => calls.boot.words[`record.what.${what}`] || what;
  const who = (name) => (name === "(terminal)" ? words("record.terminal") : name);
  const asked = (more) => { const { who, what } = bordergap.now(); return new URLSearchParams(Object.entries({ who, what, lang: calls.boot.lang, ...more }).filter(([, value]) => value)).toString(); };
  const recordRow = (row) => [bordergap.sayTime(row.at, WHEN), who(row.who) || "—", said(row.what), row.about ? el("span", { className: "record-about" }, row.about) : "", row.address];

  /* The record, newest first; who and what stand in the address. Of several looks the last one is drawn. */
  async function record(place) {
    const look = (place.dataset.look = bordergap.newKey());
    const isLast = () => place.dataset.look === look;
    let told;
    try {
      told = await get(`record?${asked()}`);
      if (!isLast()) return;
    } catch (error) {
      if (!isLast()) return;
      place.replaceChildren(section("office.record", null, failed()));
      return;
    }
    const now = bordergap.now();
    const choose = (name, options, text) => {
      const box = el("select", { id: `record-${name}` }, el("option", { value: "" }, words("facet.any")), [...new Set([...options, now[name]].filter(Boolean))].map((each) => el("option", { value: each, selected: each === now[name] }, text(each))));
      box.addEventListener("change", () => { bordergap.go({ [name]: box.value }); record(place).then(() => document.getElementById(`record-${name}`).focus()); });
      return el("div", { className: "field field-choice" }, el("label", { for: `record-${name}` }, words(`record.${name}`)), box);
    };
    const list = table(words("office.record"), ["at", "who", "what", "about", "address"].map((name) => words(`record.${name}`)), told.rows.map(recordRow));
    list.classList.add("office-record");
    const more = button("record.more", async () => {
      const last = told.rows[told.rows.length - 1];
      try {
        told = await get(`record?${asked({ before: last.number })}`);
      } catch (error) {
        return bordergap.tell(calls.boot, "office.error.load");
      }
      const added = table("", ["at", "who", "what", "about", "address"].map((name) => words(`record.${name}`)), told.rows.map(recordRow));
      list.querySelector("tbody").append(...added.querySelectorAll("tbody > tr"));
      more.hidden = !told.more;
    });
    more.hidden = !told.more;
    place.replaceChildren(section("office.record", el("a", { className: "plain", href: `${bordergap.root()}office/record.csv?${asked()}`, download: "" }, words("record.file")),
      el("p", { className: "about" }, words("office.record_about")),
      el("div", { className: "office-filters" }, choose("who", told.who, who), choose("what", told.what, said)),
      told.rows.length ? list : el("p", { className: "empty" }, words("record.none")), more));
  }

  const drawn = { record: () => {} };

  async function fill(root) {
    root.dataset.filled = calls.boot.lang;
    const { person } = await bordergap.me();
    if (!person || person.role !== "administer" || person.id === "local") {
      root.replaceChildren(el("p", { className: "empty" }, words(person && person.id === "local" ? "office.local" : "office.forbidden")));
      return;
    }
    const places = ["accounts", "links", "record"].map((name) => el("div", { id: `office-${name}` }));
    root.replaceChildren(...places);
    drawn.record = () => record(places[2]);
    await Promise.all([bordergap.drawAccounts(places[0], drawn), links(places[1]), drawn.record()]);
  }

  function appear() {
    const root = document.getElementById("office");
    if (root && calls.boot && root.dataset.filled !== calls.boot.lang) fill(root).catch(() => root.replaceChildren(failed()));
  }
  new MutationObserver(appear).observe(document.documentElement, { childList: true, subtree: true });
  appear(); // the page may be there already
  Object.assign(bordergap, { office: { get, change, table, section, failed } });
})();
