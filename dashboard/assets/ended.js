/* When the login has ended, what the reader does next leads to the login and back to this address.

   Changes of records are kept by their keepers (changes.js); what stands in other forms is kept here, for this tab and
   the same person alone, until the form opens again. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const KEY = "bordergap-typed";
  const readers = new Map(); // form that is open -> what stands in it
  let person = ""; // whose page this is
  let isLeaving = false;

  function leave() {
    if (isLeaving) return;
    isLeaving = true;
    const forms = Object.fromEntries([...readers].map(([name, read]) => [name, read()]));
    let isKept = false;
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify({ person, forms }));
      isKept = readers.size > 0 || bordergap.hasDrafts(person);
    } catch (error) {
      // a browser that keeps nothing
    }
    const asked = new URLSearchParams({ failed: isKept ? "ended_kept" : "ended", next: window.location.pathname + window.location.search });
    if (calls.boot) asked.set("lang", calls.boot.lang);
    window.location.assign(`${bordergap.root()}login?${asked}`);
  }

  /* A form is open whose content `read` tells; null: it is closed. */
  function typing(name, read) {
    if (read) readers.set(name, read);
    else readers.delete(name);
  }

  /* What stood in a form when the login ended, once; null for another person. */
  async function typed(name) {
    const kept = JSON.parse(window.sessionStorage.getItem(KEY) || "null");
    if (!kept || !(name in kept.forms)) return null;
    const { [name]: form, ...others } = kept.forms;
    window.sessionStorage.setItem(KEY, JSON.stringify({ ...kept, forms: others }));
    const now = (await bordergap.me()).person;
    return now && now.id === kept.person ? form : null;
  }

  /* Looks that nobody asked for say so by `quiet`: they lead nowhere. */
  const ask = window.fetch.bind(window);
  window.fetch = async (address, asked) => {
    const response = await ask(address, asked);
    if (response.status === 401 && !(asked && asked.quiet) && response.url.startsWith(window.location.origin)) leave();
    return response;
  };

  /* A file that is refused would be kept as if it were the file: whether one is still in is asked first. */
  document.addEventListener("click", async (event) => {
    const link = event.target.closest && event.target.closest("a[download]");
    if (!link || link.origin !== window.location.origin || link.dataset.asked || !person) return;
    event.preventDefault();
    const answer = await ask(`${bordergap.root()}access/me`, { cache: "no-store" }).then((response) => response.json()).catch(() => null);
    if (answer && !answer.person) return leave();
    link.dataset.asked = "yes";
    link.click();
    delete link.dataset.asked;
  });

  window.addEventListener("load", () => bordergap.me().then((answer) => { person = answer.person && answer.person.id !== "local" ? answer.person.id : ""; }).catch(() => {}));
  Object.assign(bordergap, { typing, typed });
})();
