/* Parts of pages as elements of the browser's own: a Dash component each would be asked after every callback what has
   become of it. Text is only ever text. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const TRIES = 200; // frames in which a part of a page that was just begun is awaited

  const isSomething = (child) => child !== null && child !== undefined && child !== "" && child !== false;
  const nodes = (children) => children.flat(3).filter(isSomething).map((child) => (child instanceof Node ? child : String(child)));

  function el(tag, properties, ...children) {
    const made = document.createElement(tag);
    Object.entries(properties || {}).forEach(([name, value]) => {
      if (value === null || value === undefined || value === false) return;
      if (name === "style") Object.assign(made.style, value);
      else made.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
    });
    made.append(...nodes(children));
    return made;
  }

  /* A button that says the words of `key`; what it does is not begun again before it is done. */
  function button(key, act, className = "plain", about = "") {
    const text = bordergap.say(calls.boot, key);
    const made = el("button", { type: "button", className, "aria-label": about ? `${text}: ${about}` : null }, text);
    made.addEventListener("click", async () => {
      if (made.hasAttribute("aria-disabled")) return;
      made.setAttribute("aria-disabled", "true"); // `disabled` would take the focus away
      try {
        await act();
      } finally {
        made.removeAttribute("aria-disabled");
      }
    });
    return made;
  }

  function fill(id, ...children) {
    const place = document.getElementById(id);
    if (place) place.replaceChildren(...nodes(children));
  }

  /* Do something with a part of the page, once it is there. */
  function part(id, act, tries = TRIES) {
    const place = document.getElementById(id);
    if (place) act(place);
    else if (tries) window.requestAnimationFrame(() => part(id, act, tries - 1));
  }

  /* Fill a part unless it shows the same already, so that focus and what is unfolded stay; for what answers by
     `data-act` alone. */
  function draw(id, ...children) {
    part(id, (place) => {
      const made = document.createDocumentFragment();
      made.append(...nodes(children));
      const [before, after] = [[...place.childNodes], [...made.childNodes]];
      if (before.length === after.length && before.every((node, i) => node.isEqualNode(after[i]))) return;
      const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
      place.replaceChildren(made);
      if (focused && document.getElementById(focused)) document.getElementById(focused).focus({ preventScroll: true });
    });
  }

  const hide = (id, isHidden) => part(id, (place) => (place.hidden = isHidden));
  /* What the style sheets ask of the page as a whole. */
  const shellSays = (name, value) => part("shell", (shell) => (shell.dataset[name] = value));

  const mark = (boot, domain, level) => el("span", { className: `mark mark-${boot.shapes[domain]} ${level === undefined ? "quiet" : `severity-${level}`}` });

  Object.assign(bordergap, { element: el, button, fill, part, draw, hide, shellSays, markOf: mark });
})();
