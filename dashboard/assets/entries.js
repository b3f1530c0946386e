/* The follow-up of gaps in this browser: entries as the server has them, who may change them, how they stand. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const words = (key, values) => bordergap.say(calls.boot, key, values);
  const STATUSES = ["found", "confirmed", "assigned", "in_progress", "resolved", "rejected"];
  const CLOSED = ["resolved", "rejected"];
  const PRESENCES = ["gone", "returned", "moved"]; // what asks for a decision; "found" does not
  const FRESH_MS = 60000; // between two looks at what others have done
  const BLANK = { version: 0, status: "found", todo: null, owner_a: null, owner_b: null, lead: null, due: null, cost_cny: null, notes: null,
    manages_who: null, manages_what: null, manages_how: null, consequence: null, links: [], presence: "found", moved_from: null };

  const ledger = bordergap.keeper("ledger", { path: (id) => `ledger/entry/${encodeURIComponent(id)}?lang=${calls.boot.lang}`, blank: (id) => Object.assign({ id }, BLANK) });
  let loading = null;
  let edits = []; // pairings whose entries one may change; true: all
  let etag = "";
  let asked = 0;

  /* Get the entries, unless they are here; `again`: what others have done since;
     `quiet`: nobody asked for it. */
  function load(again, quiet) {
    if (loading && !again) return loading;
    asked = Date.now();
    const mine = (async () => {
      const response = await fetch(`${bordergap.root()}ledger/entries?lang=${calls.boot.lang}`, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", quiet });
      if (response.status === 304) return false;
      if (!response.ok) throw new Error(String(response.status));
      const body = await response.json();
      etag = response.headers.get("ETag") || "";
      edits = body.edits;
      ledger.take(body.entries);
      if (!load.resumed) {
        load.resumed = true;
        ledger.resume(body.person);
      }
      return true;
    })();
    loading = mine;
    mine.catch(() => { if (loading === mine) loading = null; });
    return mine;
  }

  /* Look what others have done, now and then, while someone looks at the page. */
  async function refresh() {
    if (document.hidden || !loading || Date.now() - asked < FRESH_MS) return;
    if (!["ledger", "pairing"].includes(bordergap.now().page)) return;
    try {
      if (await load(true, true)) bordergap.entriesChanged();
    } catch (error) {
      return; // the next look may succeed; what is on the page stays
    }
  }
  document.addEventListener("visibilitychange", refresh);
  window.setInterval(refresh, FRESH_MS);

  const mayEdit = (pairing) => edits === true || edits.includes(pairing);
  const isOpen = (entry) => !CLOSED.includes(entry.status);
  /* Today as a date is written; a due date before it is late, if the gap is still open. */
  const today = () => { const now = new Date(); return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-"); };
  const isLate = (entry) => Boolean(entry.due) && isOpen(entry) && entry.due < today();

  const labels = (values, key) => Object.fromEntries(values.map((value) => [value, words(key(value))]));

  /* The fields of an entry, in words of the page; `members` are the names of its sides. */
  function fields(members) {
    const [a, b] = members || ["a", "b"];
    const of = (name, type, more) => Object.assign({ name, type, label: words(`follow.${name}`) }, more);
    const who = { suggested: "authorities" };
    const list = [
      of("status", "choice", { labels: labels(STATUSES, (value) => `status.${value}`), required: true }),
      of("todo", "long"), of("lead", "text", who),
      of("owner_a", "text", Object.assign({ side: "a" }, who, { label: words("follow.owner_of", { member: a }) })),
      of("owner_b", "text", Object.assign({ side: "b" }, who, { label: words("follow.owner_of", { member: b }) })),
      of("due", "day"), of("cost_cny", "money", { unit: "CNY" }), of("notes", "long"),
      of("manages_who", "text", who), of("manages_what", "text"), of("manages_how", "text"), of("consequence", "long", { lines: 2 }), of("links", "links"),
      of("presence", "choice", { labels: labels(["found", ...PRESENCES], (value) => `presence.${value}`) }), of("moved_from", "text"),
    ];
    return Object.fromEntries(list.map((field) => [field.name, field]));
  }

  /* All authorities that stand anywhere, as suggestions. */
  function authorities() {
    const named = new Set();
    ledger.all().forEach((entry) => ["lead", "owner_a", "owner_b", "manages_who"].forEach((name) => entry[name] && named.add(entry[name])));
    return [...named].sort((one, other) => one.localeCompare(other, calls.boot.lang));
  }

  const statusMark = (status) => bordergap.element("i", { className: "status-mark", "data-status": status, "aria-hidden": "true" });
  const statusText = (status) => words(`status.${status}`);

  Object.assign(bordergap, {
    ledger, loadEntries: load, mayEdit, isOpen, isLate, today, entryFields: fields, authorities, statusMark, statusText, STATUSES, PRESENCES,
    entriesChanged: () => {}, ledgerViews: {}, // name -> how it is drawn: (rows, state) -> nothing
  });
})();
