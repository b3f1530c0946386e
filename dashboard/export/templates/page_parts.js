/* Parts of a report's page: elements made of text, never of markup. */
(function () {
  "use strict";
  const page = (window.bordergap = window.bordergap || {});
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const SVG = "http://www.w3.org/2000/svg";

  function grown(node, given, children) {
    Object.entries(given).forEach(([name, value]) => {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    });
    children.flat(Infinity).forEach((child) => {
      if (child !== null && child !== undefined && child !== "" && child !== 0) node.append(child);
    });
    return node;
  }

  /* Return an element of a class, with attributes, and children: elements or text. */
  function el(name, kind, given, ...children) {
    return grown(document.createElement(name), { class: kind || null, ...given }, children);
  }

  function shape(name, kind, given, ...children) {
    return grown(document.createElementNS(SVG, name), { class: kind || null, ...given }, children);
  }

  function fillIn(template, values) {
    return Object.entries(values).reduce((said, [name, value]) => said.replaceAll("{" + name + "}", value), template);
  }

  const paths = new Map(data.domains.map((domain) => [domain.name, domain.mark]));

  function mark(domain) {
    return shape(
      "svg",
      "key-mark",
      { viewBox: "-1.3 -1.3 2.6 2.6", "aria-hidden": "true" },
      shape("path", "", { d: paths.get(domain) || paths.values().next().value })
    );
  }

  function chip(finding) {
    return el("span", "chip severity-" + finding.severity_class, {}, finding.severity_text);
  }

  function badge(said) {
    return said ? el("span", "badge", {}, said) : null;
  }

  function sideText(side, said) {
    return el("span", "side-text side-" + side, { dir: "auto" }, said);
  }

  function section(title, kind, ...children) {
    return el("section", kind, {}, el("h3", "", {}, title), ...children);
  }

  /* Return a table that scrolls by itself where the window is narrow. */
  function table(kind, heads, rows) {
    const head = heads.length && el("thead", "", {}, el("tr", "", {}, heads.map((said) => el("th", "", { scope: "col" }, said))));
    const body = el("tbody", "", {}, rows.map((cells) => el("tr", "", {}, cells.map((cell) => (cell instanceof HTMLElement && cell.tagName === "TD" ? cell : el("td", "", {}, cell))))));
    return el("div", "scroll", { tabindex: "0" }, el("table", kind, {}, head, body));
  }

  Object.assign(page, { data, words, el, shape, fillIn, mark, markPath: (domain) => paths.get(domain), chip, badge, sideText, section, table });
})();
