/* Changes go to the server here: as JSON, with the token that says that a page of ours sends them. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  let asked = null; // who one is, and the token; asked for once

  /* Who uses this page, and the token of its changes: {person: {id, name, role} or null, token}. */
  function me() {
    asked = asked || fetch(`${bordergap.root()}access/me`, { cache: "no-store" }).then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    });
    asked.catch(() => { asked = null; }); // the next one asks again
    return asked;
  }

  /* The header of a request that changes something, for those that send a file themselves. */
  const headers = async () => ({ "X-Bordergap-Token": (await me()).token });

  async function once(method, path, json) {
    const own = { ...(await headers()), Accept: "application/json" };
    if (json !== undefined) own["Content-Type"] = "application/json";
    const response = await fetch(`${bordergap.root()}${path}`, { method, headers: own, body: json === undefined ? undefined : JSON.stringify(json) });
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    return { status: response.status, body: isJson ? await response.json() : await response.text() };
  }

  /* Send a change to an address of ours. Returns {status, body}, whatever the server says; rejects where it cannot
     be reached. A token that a restart of the server has made old is asked for anew, once. */
  async function send(method, path, json) {
    const answer = await once(method, path, json);
    if (answer.status !== 403 || !answer.body || answer.body.error !== "token") return answer;
    asked = null;
    return once(method, path, json);
  }

  /* An address with the reader's language, in which the server is to answer. */
  const inTongue = (path) => `${path}${path.includes("?") ? "&" : "?"}lang=${bordergap.calls.boot.lang}`;

  /* What an address of ours says now, as JSON; rejects with what the server says instead. */
  async function read(path) {
    const response = await fetch(bordergap.root() + inTongue(path), { cache: "no-store" });
    const body = await response.json();
    if (!response.ok) throw new Error(body.message || String(response.status));
    return body;
  }

  Object.assign(bordergap, { me, send, read, inTongue, tokenHeaders: headers });
})();
