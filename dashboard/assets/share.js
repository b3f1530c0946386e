/* The menu "Share": the link of the view, files to take away, a border on other pages, briefing. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const DAY_S = 86400;
  const NEWLINE = 10;
  const DAYS = [1, 7, 30, 90, 365];
  const USUAL_DAYS = 30;
  const FILTERS = ["domain", "kind", "side", "provenance"];
  const words = (key, values) => bordergap.say(calls.boot, key, values);

  function make(tag, properties, ...children) {
    const { data, label, ...own } = properties;
    const part = Object.assign(document.createElement(tag), own);
    Object.assign(part.dataset, data);
    if (label) part.setAttribute("aria-label", label);
    part.append(...children.filter((child) => child !== null));
    return part;
  }

  /* An address of the server with what is asked of it; nothing is said that asks for nothing. */
  function address(path, asked) {
    const said = new URLSearchParams(Object.entries(asked).filter(([, value]) => value && String(value).length));
    return `${bordergap.root()}${path}?${said.toString().replaceAll("%2C", ",")}`;
  }

  const saved = (blob, name) => {
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click(); // outside the document: a click inside would close the menu
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  const named = (response, otherwise) => {
    const found = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(response.headers.get("Content-Disposition") || "");
    return found ? decodeURIComponent(found[1]) : otherwise;
  };

  const running = new Map(); // address -> the button of a file that is being made, whatever the menu shows meanwhile

  /* A button that gets a file. While it is being made, the same button says so and calls it off. */
  function fileButton(label, path, name, get = whole) {
    if (running.has(path)) return running.get(path);
    const button = make("button", { className: "plain file", textContent: label });
    let calling = null;
    button.addEventListener("click", async () => {
      if (calling) return calling.abort();
      calling = new AbortController();
      running.set(path, button);
      button.classList.add("busy");
      button.textContent = words("share.cancel");
      button.title = words("share.making");
      button.setAttribute("aria-busy", "true");
      try {
        const response = await fetch(path, { signal: calling.signal });
        if (!response.ok) throw new Error(String(response.status));
        saved(...await get(response, name, (said) => (button.textContent = said)));
      } catch (error) {
        if (error.name !== "AbortError") tellFailure(error.message);
      } finally {
        calling = null;
        running.delete(path);
        button.classList.remove("busy");
        button.textContent = label;
        button.title = "";
        button.removeAttribute("aria-busy");
      }
    });
    return button;
  }

  const whole = async (response, name) => [await response.blob(), named(response, name)];

  /* A file that takes minutes: lines say how far it is, the last its name and size, and then it comes (dashboard/atlas.py). */
  async function told(response, _name, tell) {
    tell(words("share.so_far", { percent: 0 }));
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parts = [];
    let rest = new Uint8Array(0);
    let file = null;
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (file) {
        parts.push(value);
        continue;
      }
      const joined = new Uint8Array(rest.length + value.length);
      joined.set(rest);
      joined.set(value, rest.length);
      rest = joined;
      for (let end = rest.indexOf(NEWLINE); end >= 0 && !file; end = rest.indexOf(NEWLINE)) {
        const said = end ? JSON.parse(decoder.decode(rest.subarray(0, end))) : {};
        rest = rest.slice(end + 1);
        if (said.name) file = said;
        else if (said.total) tell(words("share.so_far", { percent: Math.floor((100 * said.done) / said.total) }));
      }
      if (file) parts.push(rest);
    }
    const blob = new Blob(parts);
    if (!file || blob.size !== file.bytes) throw new Error("broken off");
    return [blob, file.name];
  }

  function tellFailure(status) {
    // Another run may have replaced the results this page was drawn from.
    if ((status === "404" || status === "410") && bordergap.renew()) return;
    bordergap.tell(calls.boot, status === "503" ? "share.busy" : "share.failed");
  }

  const files = (label, ...buttons) => make("div", { className: "share-files" }, make("span", { textContent: label }), make("span", { className: "share-buttons" }, ...buttons));

  /* What filters the list in view, as addresses of files say it: nothing on pages without such a list. */
  function passing(state) {
    const own = { pairing: { find: state.find, km: state.km ? state.km.join("-") : "" }, ledger: { words: state.words, status: state.status.join(",") } }[state.page];
    if (!own) return {};
    const picked = Object.fromEntries(FILTERS.map((name) => [name, state[name].join(",")]));
    return { severity: state.severity, ...picked, new: state.fresh ? "1" : "", ...own };
  }

  /* Files on the pairing in view, on that of the ledger, or on the whole workspace. */
  function downloads(menu, state) {
    const { lang, addresses } = calls.boot;
    const isPairing = state.page === "pairing" || (state.page === "ledger" && Boolean(state.pairing));
    const place = isPairing ? encodeURIComponent(state.pairing) : "overview";
    const asked = passing(state);
    const reports = isPairing ? menu.dataset.reports.split(" ").map((ending) =>
      fileButton(ending.toUpperCase(), address(`report/${place}.${ending}`, { lang, ...asked }), `bordergap.${ending}`)) : [];
    const atlas = state.page === "overview" ? menu.dataset.reports.split(" ").map((ending) =>
      fileButton(ending.toUpperCase(), address(`atlas.${ending}`, { lang, district: state.district }), "", told)) : [];
    const maps = (gap) => ["png", "svg"].map((ending) =>
      fileButton(ending.toUpperCase(), address(`map/${place}.${ending}`, { lang, gap, w: 2000, h: 1334, ...(gap ? {} : asked) }), `bordergap-map.${ending}`));
    const tables = menu.dataset.tables.split(" ").map((ending) =>
      fileButton(ending.toUpperCase(), address(`${addresses.export}.${ending}`, { lang, id: isPairing ? state.pairing : "", ...asked }), `bordergap-gaps.${ending}`));
    const isFiltered = Object.values(asked).some((value) => value && String(value).length);
    const isLeftOut = state.page === "ledger" && (state.presence.length || state.who || state.due);
    return [
      make("h3", { textContent: words(isFiltered ? "share.files_filtered" : "share.files") }),
      isLeftOut ? make("p", { className: "about", textContent: words("share.left_out") }) : null,
      reports.length ? files(words("share.report"), ...reports) : null,
      atlas.length ? files(words(state.district ? "share.atlas_of" : "share.atlas", { name: bordergap.nameOfDistrict(state.district) }), ...atlas) : null,
      files(words("share.map"), ...maps("")),
      isPairing && state.gap ? files(words("share.gap_map"), ...maps(state.gap)) : null,
      files(words("share.gaps"), ...tables),
    ];
  }

  /* A field whose text is copied by the button beside it. */
  function copied(label, text) {
    const field = make("input", { type: "text", readOnly: true, value: text, label });
    field.addEventListener("focus", () => field.select());
    const button = make("button", { className: "plain", textContent: words("share.copy"), label: `${words("share.copy")}: ${label}` });
    button.addEventListener("click", async () => {
      await bordergap.copyText(text);
      bordergap.tell(calls.boot, "share.copied");
    });
    return make("div", { className: "share-copy" }, make("span", { textContent: label }), field, button);
  }

  function given(answer) {
    const until = new Intl.DateTimeFormat(calls.boot.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(answer.expires));
    return [
      copied(words("share.iframe"), answer.iframe), copied(words("share.image"), answer.image), copied(words("share.link"), answer.link),
      make("p", { className: "about", textContent: words("share.until", { until, id: answer.id }) }),
      answer.framable ? null : make("p", { className: "about", textContent: words("share.no_frame") }),
    ].filter(Boolean);
  }

  /* Give out an address that shows this border, or the chosen gap, on other pages. */
  function embed(state) {
    const days = make("select", { label: words("share.lasts") }, ...DAYS.map((count) =>
      make("option", { value: String(count), textContent: words("share.days", { count }), selected: count === USUAL_DAYS })));
    const what = make("select", { label: words("share.what") }, make("option", { value: "", textContent: words("share.whole") }),
      state.gap ? make("option", { value: state.gap, textContent: words("share.one_gap") }) : null);
    const button = make("button", { className: "plain", textContent: words("share.make") });
    const result = make("div", { className: "share-given" });
    result.setAttribute("aria-live", "polite");
    const form = make("form", { className: "share-form" }, what, days, button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        const { status, body } = await bordergap.send("POST", "share/embed", {
          pairing: state.pairing, gap: what.value, seconds: Number(days.value) * DAY_S, lang: calls.boot.lang,
        });
        if (status !== 200) throw new Error(String(status));
        result.replaceChildren(...given(body));
      } catch (error) {
        tellFailure(error.message === "404" ? "" : error.message);
      } finally {
        button.disabled = false;
      }
    });
    return [make("h3", { textContent: words("share.embed") }), make("p", { className: "about", textContent: words("share.embed_about") }), form, result];
  }

  function fill(menu) {
    const state = bordergap.now();
    const isPairing = state.page === "pairing";
    const first = make("div", { className: "share-first" },
      make("button", { className: "plain", textContent: words("share"), title: words("share.hint"), data: { act: "share" } }),
      isPairing ? make("button", { className: "plain", textContent: words("brief.start"), title: words("brief.about"), data: { act: "brief" } }) : null);
    document.getElementById("share-body").replaceChildren(first, ...downloads(menu, state).filter(Boolean), ...(isPairing ? embed(state) : []));
  }

  const close = (menu) => menu && menu.open && (menu.open = false);
  document.addEventListener("toggle", (event) => {
    if (event.target.id === "share" && event.target.open) fill(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.isConnected && !event.target.closest("#share")) close(document.getElementById("share"));
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.getElementById("share");
    if (!menu || !menu.open) return; // wherever the focus is: a button that waits has lost it
    close(menu);
    menu.querySelector("summary").focus();
  });
})();
