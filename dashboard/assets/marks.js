/* The mark of each domain: one shape, drawn to any size; the same outlines as the .mark classes of the style sheet. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const SIZE = 22; // CSS pixels, with the rim
  const BETWEEN = 0.62; // of the radius

  const corners = (count, turn) =>
    Array.from({ length: count }, (_, i) => {
      const angle = (2 * Math.PI * i) / count + turn;
      return [Math.sin(angle), -Math.cos(angle)];
    });
  const ARM = 0.36;
  const SHAPES = {
    cross: [
      [-ARM, -1], [ARM, -1], [ARM, -ARM], [1, -ARM], [1, ARM], [ARM, ARM],
      [ARM, 1], [-ARM, 1], [-ARM, ARM], [-1, ARM], [-1, -ARM], [-ARM, -ARM],
    ],
    square: [[-0.82, -0.82], [0.82, -0.82], [0.82, 0.82], [-0.82, 0.82]],
    hexagon: corners(6, 0),
    triangle: [[0, -0.98], [1.02, 0.8], [-1.02, 0.8]],
    diamond: corners(4, 0).map(([x, y]) => [x * 1.12, y * 1.12]),
  };

  function trace(context, shape, middle, radius) {
    context.beginPath();
    if (shape === "circle") {
      context.arc(middle, middle, radius * 0.92, 0, 2 * Math.PI);
    } else {
      SHAPES[shape].forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](middle + x * radius, middle + y * radius));
      context.closePath();
    }
  }

  /* Return the pixels of a mark: filled shape, a rim that sets it off from the map, a fine line around it. */
  function draw(shape, fill, rim, line) {
    const ratio = Math.max(2, Math.ceil(window.devicePixelRatio || 1));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE * ratio;
    const context = canvas.getContext("2d", { willReadFrequently: true }); // read back at once: not from the graphics card
    context.scale(ratio, ratio);
    context.lineJoin = "round";
    trace(context, shape, SIZE / 2, (SIZE / 2) * BETWEEN);
    context.strokeStyle = line;
    context.lineWidth = 5;
    context.stroke();
    context.strokeStyle = rim;
    context.lineWidth = 3.4;
    context.stroke();
    context.fillStyle = fill;
    context.fill();
    return { image: context.getImageData(0, 0, canvas.width, canvas.height), ratio: ratio };
  }

  Object.assign(bordergap, { drawMark: draw });
})();
