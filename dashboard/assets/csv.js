/* Lists as CSV, made here from what is listed: the same rows, the same words. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const MARK = "\ufeff"; // without which spreadsheets garble Chinese

  /* One cell: quoted where it must be; what a spreadsheet would take for a formula is text. */
  function cell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
  const csv = (heads, rows) => MARK + [heads, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

  function save(name, heads, rows) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([csv(heads, rows)], { type: "text/csv" })), download: name });
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  const word = (key) => calls.boot.words[key];
  /* Heading and value of each column of the ledger. */
  const LEDGER = [
    ["column.severity", (row) => row.severity], ["column.gap", (row) => (row.what_text ? `${row.kind_text} · ${row.what_text}` : row.kind_text)],
    ["column.pairing", (row) => row.pairing_text], ["column.side", (row) => row.side_text], ["print.sentence", (row) => row.sentence],
    ["ledger.status", (row) => row.status_text], ["follow.presence", (row) => row.presence_text], ["follow.todo", (row) => row.todo], ["follow.lead", (row) => row.lead],
    ["follow.owner_a", (row) => row.owner_a], ["follow.owner_b", (row) => row.owner_b], ["follow.due", (row) => row.due], ["follow.cost_cny", (row) => row.cost_cny],
    ["follow.notes", (row) => row.notes], ["import.column.gap", (row) => row.id],
  ];
  const PROGRAMME = [
    ["programme.column.title", (row) => row.title], ["item.kind", (row) => row.kind_text], ["column.pairing", (row) => row.pairing_text], ["item.sector", (row) => row.sector_text],
    ["item.status", (row) => row.status_text], ["item.amount_cny", (row) => row.amount], ["item.count", (row) => row.count], ["item.part_of", (row) => row.part_of_text],
    ["item.shares", (row) => row.shares_text], ["item.parties", (row) => row.parties_text], ["item.start", (row) => row.values.start], ["item.end", (row) => row.values.end],
    ...["progress", "last", "next", "lead", "party_a", "party_b", "needs", "offers", "notes"].map((name) => [`item.${name}`, (row) => row.values[name]]),
    ["item.source", (row) => row.source_text],
  ];
  const table = (columns, rows) => [columns.map(([key]) => word(key)), rows.map((row) => columns.map(([, of]) => of(row)))];

  Object.assign(bordergap.acts = bordergap.acts || {}, {
    "ledger-csv": () => save("bordergap-ledger.csv", ...table(LEDGER, bordergap.ledgerRows())),
    "programme-csv": () => save("bordergap-programme.csv", ...table(PROGRAMME, bordergap.programmeShown())),
  });
  Object.assign(bordergap, { csv });
})();
