// The queue by keyboard: j and k go down and up its rows, Enter opens (the links do that by themselves).
"use strict";
const links = [...document.querySelectorAll("table[data-keys] tbody th a")];
document.querySelectorAll(".keys").forEach((hint) => { hint.hidden = false; });
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !["j", "k"].includes(event.key)) return;
  const at = links.indexOf(document.activeElement.closest("tr")?.querySelector("th a"));
  const next = links[event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0)];
  next?.focus();
});
