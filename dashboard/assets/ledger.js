/* The ledger: all gaps with their follow-up. The gaps come once, by an address that changes with their content, the
   follow-up as it stands now; views, filters and sorting are made here. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const none = () => window.dash_clientside.no_update;
  const FACETS = ["kind", "domain", "side", "provenance"];
  const FOLLOWED = ["status", "todo", "lead", "owner_a", "owner_b", "due", "cost_cny", "notes", "presence", "moved_from", "version", "changed_at"];
  let ledger = null; // rows, and what groups consist of
  let place = new Map(); // gap id -> its place among the rows

  /* A gap with its follow-up, as the views show it. */
  function followed(row, boot) {
    const entry = bordergap.ledger.seen(row.id);
    const made = Object.assign({}, row);
    FOLLOWED.forEach((name) => (made[name] = entry[name] ?? null));
    made.late = bordergap.isLate(entry);
    made.open = bordergap.isOpen(entry);
    made.cost_text = entry.cost_cny === null ? "" : bordergap.money(entry.cost_cny);
    made.whos = [...new Set([entry.lead, entry.owner_a, entry.owner_b].filter(Boolean))];
    made.searched = [row.said, entry.todo, entry.notes, ...made.whos].filter(Boolean).join(" ").toLowerCase(); // as SEARCHED of dashboard/gap_filters.py
    made.status_text = bordergap.statusText(entry.status);
    made.presence_text = bordergap.PRESENCES.includes(entry.presence) ? boot.words[`presence.${entry.presence}`] : "";
    return made;
  }

  function worded(row, boot) {
    return Object.assign(row, {
      new_text: boot.words["new.badge"], kind_text: boot.kinds[row.kind] || row.kind, shape: boot.shapes[row.domain], class: bordergap.level(row.severity),
      provenance_text: boot.provenances[row.provenance], provenance_short: boot.words[`badge.${row.provenance}`],
      side_text: row.side === "a" ? row.a : row.side === "b" ? row.b : boot.words["side.both"],
    });
  }

  /* Rows as the views take them, put together from columns. */
  function unpacked(body, boot) {
    const { columns, codes } = body;
    const of = (name, i) => (columns[name][i] === null ? "" : codes[name][columns[name][i]]);
    return columns.id.map((id, i) => {
      const [pairing, name, a, b] = body.pairings[columns.pairing[i]];
      const [kind, domain, side, provenance] = FACETS.map((facet) => of(facet, i));
      const what_text = columns.what[i] === null ? "" : body.whats[columns.what[i]];
      const row = worded({
        id, pairing, a, b, kind, domain, side, provenance, what_text, severity: columns.severity[i], people: columns.people[i],
        people_short: columns.people_short[i], chainage_text: columns.chainage_text[i], place: columns.place[i], sentence: columns.sentence[i], new: Boolean(columns.new[i]),
        pairing_text: name, at: columns.lon[i] === null ? null : [columns.lon[i], columns.lat[i]], there: true,
      }, boot);
      row.said = bordergap.saidOf(row);
      return followed(row, boot);
    });
  }

  /* Entries of gaps that the last analysis did not find: they are told as they were last seen. */
  function unfound(boot, found) {
    return bordergap.ledger.all().filter((entry) => !found.has(entry.id) && entry.row).map((entry) => {
      const row = worded(Object.assign({ id: entry.id, new: false, people_short: "—", people: null, chainage_text: "", provenance: "measured", there: false }, entry.row), boot);
      row.said = bordergap.saidOf(row);
      return followed(row, boot);
    });
  }

  function index() {
    place = new Map(ledger.rows.map((row, i) => [row.id, i]));
  }

  calls.ledger = async function (state, boot) {
    if (!state || (ledger && ledger.lang === boot.lang && ledger.address === boot.addresses.ledger)) return none();
    let body;
    try {
      [body] = await Promise.all([bordergap.body(boot.addresses.ledger), bordergap.loadEntries(Boolean(ledger))]);
    } catch (error) {
      bordergap.fill("ledger-failed", bordergap.failed(boot, "ledger"));
      return none();
    }
    bordergap.fill("ledger-failed");
    const rows = unpacked(body, boot);
    ledger = {
      rows: rows.concat(unfound(boot, new Set(rows.map((row) => row.id)))), lang: boot.lang, address: boot.addresses.ledger,
      inner: new Map(body.groups.map(([id, , parts]) => [id, new Set(parts.map((at) => body.pairings[at][0]))])),
      pairings: body.groups.concat(body.pairings).map(([id, name]) => ({ value: id, label: name })),
    };
    index();
    return ledger.rows;
  };

  /* Bring rows in line with entries that have changed: one, or all that differ. */
  function renew(id) {
    if (!ledger) return [];
    const ids = id ? [id] : bordergap.ledger.all().map((entry) => entry.id);
    const changed = ids.flatMap((each) => {
      const at = place.get(each);
      if (at === undefined) return [];
      const after = followed(ledger.rows[at], calls.boot);
      if (bordergap.sameValue(after, ledger.rows[at])) return [];
      ledger.rows[at] = after;
      return [after];
    });
    return changed;
  }

  bordergap.entriesChanged = (id) => {
    if (!id) bordergap.refreshPanels();
    const rows = renew(id);
    if (!rows.length) return;
    if (bordergap.now().page === "ledger") bordergap.showLedger(rows);
    else bordergap.takeRows(rows); // what was written elsewhere is there when the reader comes back
  };

  Object.assign(bordergap, { ledgerNow: () => ledger, ledgerRow: (id) => (ledger && place.has(id) ? ledger.rows[place.get(id)] : null), LEDGER_FACETS: FACETS });
})();
