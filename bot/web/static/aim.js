// A picture can be pressed, or the cross dragged, instead of typing where its middle is. Without this script, the two fields do the same.
"use strict";
document.querySelectorAll(".aim").forEach((aim) => {
  const side = (name) => document.getElementsByName(`focus-${name}-${aim.dataset.at}`)[0];
  const share = (at, from, length) => Math.round(Math.min(Math.max((at - from) / length, 0), 1) * 100);
  const draw = () => aim.querySelectorAll("path").forEach((path) => {
    path.setAttribute("d", `M${side("x").value || 50} 0V100M0 ${side("y").value || 50}H100`);
  });
  const point = (event) => {
    const box = aim.getBoundingClientRect();
    side("x").value = share(event.clientX, box.left, box.width);
    side("y").value = share(event.clientY, box.top, box.height);
    draw();
    side("x").dispatchEvent(new Event("input", { bubbles: true }));
  };
  aim.addEventListener("pointerdown", (event) => { event.preventDefault(); aim.setPointerCapture(event.pointerId); point(event); });
  aim.addEventListener("pointermove", (event) => { if (aim.hasPointerCapture(event.pointerId)) point(event); });
  ["x", "y"].forEach((name) => side(name).addEventListener("input", draw));
  draw();
});
