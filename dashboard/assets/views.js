/* Views a reader has named: kept in this browser, one list a workspace; what is kept of a view is its address. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const MOST = 50;
  const LETTERS = 60;

  const words = (key) => calls.boot.words[key];
  const key = () => `bordergap-views:${document.querySelector(".workspace").textContent}`;

  /* What is kept may have been changed by others: only names and addresses come back. */
  function kept() {
    try {
      const found = JSON.parse(window.localStorage.getItem(key()) || "[]");
      return found.filter((view) => view && typeof view.name === "string" && typeof view.address === "string").slice(0, MOST);
    } catch (error) {
      return [];
    }
  }

  function keep(views) {
    try {
      window.localStorage.setItem(key(), JSON.stringify(views.slice(0, MOST)));
    } catch (error) {
      bordergap.tell(calls.boot, "views.cannot"); // storage switched off, or full
    }
    fill();
  }

  /* The view an address stands for; whatever else stands in it is left out. */
  const target = (view) => bordergap.address(bordergap.parse(new URL(bordergap.root() + view.address, window.location.origin).href));

  function make(tag, properties, ...children) {
    const part = Object.assign(document.createElement(tag), properties);
    part.append(...children);
    return part;
  }

  function row(view) {
    const link = make("a", { href: target(view), className: "line-text", textContent: view.name });
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      document.getElementById("views").open = false;
      window.history.pushState({}, "", link.href);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate")); // as state.js does
    });
    const off = make("button", { className: "link small", textContent: "×", title: words("views.delete") });
    off.setAttribute("aria-label", `${words("views.delete")}: ${view.name}`);
    off.addEventListener("click", () => keep(kept().filter((each) => each.name !== view.name)));
    return make("li", {}, link, off);
  }

  function fill() {
    const body = document.getElementById("views-body");
    const views = kept();
    const field = make("input", { type: "text", maxLength: LETTERS, placeholder: words("views.name"), required: true });
    field.setAttribute("aria-label", words("views.name"));
    const form = make("form", {}, field, make("button", { className: "plain", textContent: words("views.save") }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = field.value.trim();
      const address = bordergap.address(bordergap.now()).slice(bordergap.root().length);
      if (name) keep([{ name, address }, ...kept().filter((view) => view.name !== name)]);
    });
    const copy = make("button", { className: "plain", textContent: words("share") });
    copy.dataset.act = "share";
    const list = views.length ? make("ul", {}, ...views.map(row)) : make("p", { className: "about", textContent: words("views.none") });
    body.replaceChildren(form, list, copy, make("p", { className: "about", textContent: words("views.about") }));
  }

  document.addEventListener("toggle", (event) => {
    if (event.target.id === "views" && event.target.open) {
      fill();
      document.querySelector("#views-body input").focus();
    }
  }, true);
  const close = (menu) => menu && menu.open && (menu.open = false);
  document.addEventListener("click", (event) => {
    if (event.target.isConnected && !event.target.closest("#views")) close(document.getElementById("views"));
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest && event.target.closest("#views");
    if (!menu) return;
    close(menu);
    menu.querySelector("summary").focus();
  });
})();
