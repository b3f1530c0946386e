/* Log in: name and password go to the server as JSON, with the token that says that this page sends them. */
(function () {
  "use strict";

  function theme() {
    let chosen = "auto";
    try {
      chosen = window.localStorage.getItem("mantine-color-scheme-value") || "auto";
    } catch {
      // a browser that keeps nothing
    }
    const isDark = chosen === "dark" || (chosen !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.mantineColorScheme = isDark ? "dark" : "light";
  }

  async function enter(form) {
    const { root, next } = form.dataset;
    const { name, password, new: own } = form.elements;
    const known = await fetch(`${root}/access/me`, { cache: "no-store" }).then((answer) => answer.json());
    return fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Bordergap-Token": known.token },
      body: JSON.stringify({ name: name.value, password: password.value, next, ...(own.required ? { new: own.value } : {}) }),
    });
  }

  /* The password was for once: another one of the person's own comes along with it. */
  function askNew(form) {
    document.getElementById("fresh").hidden = false;
    form.elements.new.required = true;
    form.elements.new.focus();
  }

  function connect() {
    const form = document.getElementById("login");
    const wrong = document.getElementById("wrong");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      wrong.hidden = true;
      try {
        const answer = await enter(form);
        if (answer.ok) {
          window.location.assign((await answer.json()).next);
          return;
        }
        const told = await answer.json().catch(() => ({}));
        if (told.error === "fresh") {
          askNew(form);
          button.disabled = false;
          return;
        }
        wrong.textContent = told.error === "weak" ? form.dataset.weak : { 401: form.dataset.wrong, 429: form.dataset.wait }[answer.status] || form.dataset.failed;
      } catch {
        wrong.textContent = form.dataset.failed;
      }
      wrong.hidden = false;
      button.disabled = false;
      (form.elements.new.required ? form.elements.new : form.elements.password).select();
    });
  }

  theme();
  document.addEventListener("DOMContentLoaded", connect);
})();
