/* Who is logged in: name and rights in the bar, the way out, another password. Without accounts nothing is shown. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const SHORTEST = 12;
  const words = (key) => bordergap.say(calls.boot, key);

  function make(tag, properties, ...children) {
    const part = Object.assign(document.createElement(tag), properties);
    part.append(...children.filter((child) => child !== null));
    return part;
  }

  async function leave() {
    const { body } = await bordergap.send("POST", "logout");
    window.location.assign(body.next || `${bordergap.root()}login`);
  }

  const field = (name, autocomplete) => make("label", { textContent: words(`account.${name}`) },
    make("input", { type: "password", name, autocomplete, required: true, maxLength: 256, minLength: name === "old" ? 1 : SHORTEST }));

  function passwordForm() {
    const told = make("p", { className: "about" });
    told.setAttribute("aria-live", "polite");
    const form = make("form", { className: "account-form" }, field("old", "current-password"), field("new", "new-password"),
      field("again", "new-password"), make("button", { className: "plain", type: "submit", textContent: words("account.save") }), told);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { old, again, new: fresh } = form.elements;
      if (fresh.value !== again.value) { told.textContent = words("account.differ"); return; }
      const { status, body } = await bordergap.send("POST", "access/password", { old: old.value, new: fresh.value });
      const wrong = { old: "old_wrong", weak: "weak", wait: "wait" }[body && body.error] || "failed";
      told.textContent = words(`account.${status === 200 ? "changed" : wrong}`);
      if (status === 200) form.reset();
    });
    return make("details", { className: "account-password" }, make("summary", { textContent: words("account.password") }), form);
  }

  /* Fill the menu once the bar is there; it is drawn anew in another language. */
  async function show(menu) {
    menu.dataset.filled = "yes";
    const { person } = await bordergap.me();
    if (!person || person.id === "local" || !calls.boot) return;
    const summary = make("summary", { className: "plain", title: words("account.title") }, make("span", { textContent: person.name }));
    const office = make("button", { className: "plain account-office", textContent: words("office.title") });
    office.addEventListener("click", () => { menu.open = false; bordergap.go({ page: "accounts", who: "", what: "" }, true); });
    const out = make("button", { className: "plain", textContent: words("account.leave") });
    out.addEventListener("click", leave);
    menu.replaceChildren(summary, make("div", { className: "views-body account-body" },
      make("p", {}, make("b", { textContent: person.name }), make("span", { className: "about", textContent: ` · ${words(`account.${person.role}`)}` })),
      person.role === "administer" ? office : null, person.password ? passwordForm() : null, out));
    menu.hidden = false;
  }

  new MutationObserver(() => {
    const menu = document.getElementById("account");
    if (menu && !menu.dataset.filled && calls.boot) show(menu).catch(() => { delete menu.dataset.filled; });
  }).observe(document, { childList: true, subtree: true });
  document.addEventListener("click", (event) => {
    const menu = document.getElementById("account");
    if (menu && menu.open && !event.target.closest("#account")) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.getElementById("account");
    if (!menu || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
