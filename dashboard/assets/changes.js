/* What people change is kept: sent at once, told where it stands, never lost, never over what another one wrote unseen.

   A keeper holds the records of one kind as the server has them, and the changes that are on their way. What could not
   be sent stays in this browser, with the key by which the server knows it again, until it is. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const RETRY_MS = 20000;
  const DRAFTS = "bordergap-draft"; // :keeper:owner:id, in this browser

  /* Sixteen random bytes; `randomUUID` is there on https alone. */
  const newKey = () => Array.from(window.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

  /* A keeper of records of one kind: `path(id)` is where one is changed, `blank(id)` one that nobody has changed yet. */
  function keeper(name, { path, blank }) {
    const known = new Map(); // id -> as the server has it
    const waiting = new Map(); // id -> what is on its way
    const listeners = new Set();
    let owner = ""; // whose changes these are

    const get = (id) => known.get(id) || blank(id);
    const tell = (id) => listeners.forEach((listener) => listener(id));
    const draftKey = (id) => `${DRAFTS}:${name}:${owner}:${id}`;

    function persist(id) {
      const own = waiting.get(id);
      const open = own && (own.sending || Object.keys(own.changes).length);
      try {
        if (open) window.localStorage.setItem(draftKey(id), JSON.stringify({ changes: own.changes, sending: own.sending, base: own.base, at: own.at }));
        else window.localStorage.removeItem(draftKey(id));
      } catch (error) {
        return; // storage switched off, or full: what was typed still stands on the page
      }
    }

    function own(id) {
      if (!waiting.has(id)) waiting.set(id, { changes: {}, sending: null, base: null, state: "idle", at: null, problems: [], conflict: null, notice: null });
      return waiting.get(id);
    }

    /* Keep these changes of a record; `seen` is the version whose values the reader had before them. */
    function change(id, changes, seen) {
      const record = own(id);
      const version = seen === undefined ? get(id).version : seen;
      record.base = record.base === null ? version : Math.min(record.base, version);
      Object.assign(record.changes, changes);
      record.problems = record.problems.filter((problem) => !(problem.field in changes));
      record.at = Date.now();
      persist(id);
      return pump(id);
    }

    async function pump(id) {
      const record = own(id);
      if (record.busy || record.conflict) return;
      if (!record.sending) {
        if (!Object.keys(record.changes).length) return;
        record.sending = { changes: record.changes, version: record.base === null ? get(id).version : record.base, key: newKey() };
        record.changes = {};
        record.base = null;
      }
      record.busy = true;
      record.state = "saving";
      persist(id);
      tell(id);
      let answer;
      try {
        answer = await bordergap.send("PATCH", path(id), record.sending);
      } catch (error) {
        answer = { status: 0, body: null };
      }
      record.busy = false;
      (OUTCOMES[answer.status] || failed)(id, record, answer);
      persist(id);
      tell(id);
      if (["saved", "merging", "refused"].includes(record.state)) return pump(id);
    }

    function saved(id, record, answer) {
      known.set(id, answer.body.entry);
      record.sending = null;
      record.state = "saved";
      record.at = Date.now();
      if (record.base !== null) record.base = Math.max(record.base, answer.body.entry.version);
    }

    /* Another one was faster. Where both changed the same, the reader decides; else both changes stand, and it is said. */
    function conflicting(id, record, answer) {
      const { entry, changes: theirs } = answer.body;
      const mine = Object.assign({}, record.sending.changes, record.changes);
      const before = get(id);
      const both = Object.keys(mine).filter((field) => theirs.some((each) => each.field === field) && !same(mine[field], entry[field]));
      record.sending = null;
      record.changes = mine;
      if (both.length) {
        record.state = "conflict";
        record.conflict = { entry, theirs, mine, before, both };
      } else {
        known.set(id, entry);
        record.base = entry.version;
        record.notice = theirs;
        record.state = "merging";
      }
    }

    function refused(id, record, answer) {
      record.problems = (answer.body && answer.body.problems) || [{ field: "", message: (answer.body && answer.body.message) || "" }];
      record.rejected = record.sending.changes;
      record.sending = null;
      record.state = "refused";
    }

    function failed(id, record, answer) {
      record.state = "failed";
      record.why = answer.status;
      window.clearTimeout(record.timer);
      if (answer.status !== 401 && answer.status !== 403) record.timer = window.setTimeout(() => record.state === "failed" && pump(id), RETRY_MS);
    }

    const OUTCOMES = { 200: saved, 400: refused, 409: conflicting };

    /* The reader has decided: `kept` are those of their own values that shall stand. */
    function settle(id, kept) {
      const record = own(id);
      const { entry, mine, both } = record.conflict;
      known.set(id, entry);
      record.conflict = null;
      record.changes = Object.fromEntries(Object.entries(mine).filter(([field]) => !both.includes(field) || kept.includes(field)));
      record.base = entry.version;
      record.state = "idle";
      persist(id);
      tell(id);
      return pump(id);
    }

    /* Give up what could not be kept. */
    function discard(id) {
      waiting.delete(id);
      persist(id);
      tell(id);
    }

    /* What the server has; whoever is changing a record goes on from the version they saw. */
    function take(records) {
      records.forEach((record) => known.set(record.id, record));
    }

    /* Go on with what an earlier visit could not send. */
    function resume(person) {
      owner = person;
      const start = draftKey("");
      Object.keys(window.localStorage).filter((key) => key.startsWith(start)).forEach((key) => {
        const id = key.slice(start.length);
        if (waiting.has(id)) return;
        try {
          const { changes, sending, base, at } = JSON.parse(window.localStorage.getItem(key));
          Object.assign(own(id), { changes, sending, base, at });
        } catch (error) {
          window.localStorage.removeItem(key); // none of ours
          return;
        }
        pump(id);
      });
    }

    window.addEventListener("online", () => waiting.forEach((record, id) => record.state === "failed" && pump(id)));
    /* A field that is being written in when the page goes counts as written. */
    window.addEventListener("pagehide", () => {
      const field = document.activeElement;
      if (field && field.closest && field.closest("[data-kept]")) field.dispatchEvent(new Event("change", { bubbles: true }));
    });

    return {
      get, take, change, settle, discard, resume, retry: pump,
      all: () => [...known.values()], has: (id) => known.has(id), remove: (id) => known.delete(id),
      state: (id) => waiting.get(id) || { state: "idle", changes: {}, sending: null, problems: [], conflict: null, notice: null },
      /* The record with what is on its way: as the reader left it. */
      seen: (id) => {
        const record = waiting.get(id);
        return record ? Object.assign({}, get(id), record.sending ? record.sending.changes : {}, record.changes) : get(id);
      },
      /* Be told of every change; returns what ends that. */
      listen: (listener) => { listeners.add(listener); return () => listeners.delete(listener); },
    };
  }

  /* Whether changes of this person wait to be sent. */
  function hasDrafts(person) {
    return Object.keys(window.localStorage).map((key) => key.split(":")).some(([start, , owner]) => start === DRAFTS && owner === person);
  }

  Object.assign(bordergap, { keeper, newKey, sameValue: same, hasDrafts });
})();
