/* What no callback changes, drawn by one component (dashboard/pages/still.py): elements as they stand, and components at
   their places among them. Text is only ever text. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});

  bordergap.Still = function ({ tree, children }) {
    const { createElement, Fragment } = window.React;
    const held = [children].flat();
    const drawn = (part) => {
      if (typeof part === "number") return held[part];
      if (typeof part === "string") return part;
      const [name, attributes, ...within] = part;
      return createElement(name, attributes, ...within.map(drawn));
    };
    return createElement(Fragment, null, ...tree.map(drawn));
  };
})();
