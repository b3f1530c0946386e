/* Follow-up and programme as sheets: taken away by a link, brought back here; what became of each row is shown. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const RESULTS = ["taken", "conflict", "refused", "unchanged"];
  const TOLD = 200; // rows of a result

  /* Page -> what is shown anew once rows were taken over. */
  const RENEW = {
    ledger: async () => { await bordergap.loadEntries(true); bordergap.entriesChanged(); },
    programme: () => bordergap.reloadProgramme(),
  };

  function table(rows, page) {
    const isOfMany = rows.some((row) => row.sheet);
    const head = [...(isOfMany ? ["sheet"] : []), "row", page === "programme" ? "item" : "gap", "result", "reason"].map((name) => el("th", { scope: "col" }, words(`import.column.${name}`)));
    return el("div", { className: "board-scroll" }, el("table", { className: "board import-rows" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.slice(0, TOLD).map((row) => el("tr", {},
      isOfMany ? el("td", {}, row.sheet) : null, el("td", {}, String(row.row)), el("th", { scope: "row" }, row.id || "—"), el("td", { className: `import-${row.result}` }, words(`import.${row.result}`)), el("td", { className: "import-reason" }, row.reason || ""))))));
  }

  function show(report, page) {
    const of = (result) => report.rows.filter((row) => row.result === result);
    const worth = RESULTS.filter((result) => result !== "unchanged").flatMap(of);
    const sheet = bordergap.dialog(words("import.title"),
      el("p", {}, RESULTS.map((result) => words(`import.count.${result}`, { count: of(result).length })).join(" · ")),
      worth.length ? table(worth, page) : null, worth.length > TOLD ? el("p", { className: "about" }, words("board.more", { count: worth.length - TOLD })) : null,
      of("conflict").length ? el("p", { className: "about" }, words("import.conflict_about")) : null,
      el("div", { className: "sheet-foot" }, bordergap.button("import.close", () => sheet.close(), "plain primary")));
  }

  /* Send a sheet; nothing of it is taken over unless its rows fit what the server has. */
  async function send(file, note, page) {
    note.textContent = words("import.sending", { name: file.name });
    try {
      const response = await fetch(`${bordergap.root()}${page}/import?${new URLSearchParams({ lang: calls.boot.lang, name: file.name })}`, { method: "POST", headers: Object.assign({ "Content-Type": "application/octet-stream" }, await bordergap.tokenHeaders()), body: file });
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      const body = isJson ? await response.json() : {};
      if (!response.ok) {
        note.textContent = response.status === 403 ? words("save.forbidden") : body.message || words("import.failed");
        return;
      }
      note.textContent = "";
      await RENEW[page]();
      show(body, page);
    } catch (error) {
      note.textContent = words("import.failed");
    }
  }

  function fill(page) {
    const place = document.getElementById(`${page}-import`);
    if (!place || place.dataset.lang === calls.boot.lang) return;
    document.getElementById(`${page}-file-xlsx`).href = `${bordergap.root()}${page}/export.xlsx?lang=${calls.boot.lang}`;
    place.dataset.lang = calls.boot.lang;
    const note = el("p", { className: "about", role: "status" });
    const box = el("input", { type: "file", accept: ".xlsx", className: "visually-hidden", id: `${page}-workbook` });
    box.addEventListener("change", () => { if (box.files.length) send(box.files[0], note, page); box.value = ""; });
    place.replaceChildren(el("label", { for: box.id, className: "plain" }, words("import.choose")), box, el("p", { className: "about" }, words(`import.${page}_about`)), note);
  }
  document.addEventListener("toggle", (event) => event.target.classList && event.target.classList.contains("files") && event.target.open && fill(event.target.id.replace("-files", "")), true);
  document.addEventListener("click", (event) => {
    document.querySelectorAll(".files[open]").forEach((menu) => {
      if (event.target.isConnected && !menu.contains(event.target) && !event.target.closest("dialog")) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest && event.target.closest(".files[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
