/* The follow-up as a sheet: taken away by a link, brought back here; what became of each row is shown. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const el = (...given) => bordergap.element(...given);
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const RESULTS = ["taken", "conflict", "refused", "unchanged"];
  const TOLD = 200; // rows of a result

  function table(rows) {
    const head = ["row", "gap", "result", "reason"].map((name) => el("th", { scope: "col" }, words(`import.column.${name}`)));
    return el("div", { className: "board-scroll" }, el("table", { className: "board import-rows" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows.slice(0, TOLD).map((row) => el("tr", {},
      el("td", {}, `${row.sheet} ${row.row}`.trim()), el("th", { scope: "row" }, row.gap_id || "—"), el("td", { className: `import-${row.result}` }, words(`import.${row.result}`)), el("td", { className: "import-reason" }, row.reason || ""))))));
  }

  function show(report) {
    const of = (result) => report.rows.filter((row) => row.result === result);
    const worth = RESULTS.filter((result) => result !== "unchanged").flatMap(of);
    const sheet = bordergap.dialog(words("import.title"),
      el("p", {}, RESULTS.map((result) => words(`import.count.${result}`, { count: of(result).length })).join(" · ")),
      worth.length ? table(worth) : null, worth.length > TOLD ? el("p", { className: "about" }, words("board.more", { count: worth.length - TOLD })) : null,
      of("conflict").length ? el("p", { className: "about" }, words("import.conflict_about")) : null,
      el("div", { className: "sheet-foot" }, bordergap.dialogButton("import.close", () => sheet.close(), "plain primary")));
  }

  /* Send a sheet; nothing of it is taken over unless its rows fit what the server has. */
  async function send(file, note) {
    note.textContent = words("import.sending", { name: file.name });
    try {
      const response = await fetch(`${bordergap.root()}ledger/import?lang=${calls.boot.lang}`, { method: "POST", headers: Object.assign({ "Content-Type": "application/octet-stream" }, await bordergap.tokenHeaders()), body: file });
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      const body = isJson ? await response.json() : {};
      if (!response.ok) {
        note.textContent = response.status === 403 ? words("save.forbidden") : body.message || words("import.failed");
        return;
      }
      note.textContent = "";
      await bordergap.loadEntries(true);
      bordergap.entriesChanged();
      show(body);
    } catch (error) {
      note.textContent = words("import.failed");
    }
  }

  function fill() {
    const place = document.getElementById("ledger-import");
    if (!place || place.dataset.lang === calls.boot.lang) return;
    document.getElementById("ledger-file-xlsx").href = `${bordergap.root()}ledger/export.xlsx?lang=${calls.boot.lang}`;
    place.dataset.lang = calls.boot.lang;
    const note = el("p", { className: "about", role: "status" });
    const box = el("input", { type: "file", accept: ".xlsx", className: "visually-hidden", id: "ledger-sheet" });
    box.addEventListener("change", () => { if (box.files.length) send(box.files[0], note); box.value = ""; });
    place.replaceChildren(el("label", { for: "ledger-sheet", className: "plain" }, words("import.choose")), box, el("p", { className: "about" }, words("import.about")), note);
  }
  document.addEventListener("toggle", (event) => event.target.id === "ledger-files" && event.target.open && fill(), true);
  document.addEventListener("click", (event) => {
    const menu = document.getElementById("ledger-files");
    if (menu && menu.open && event.target.isConnected && !event.target.closest("#ledger-files, dialog")) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest && event.target.closest("#ledger-files[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
