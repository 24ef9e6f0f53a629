// Moving a delivery by dragging it to another day. The same is done by the form behind its time, without this script.
"use strict";
const form = document.getElementById("move");
document.querySelectorAll(".drag").forEach((hint) => { hint.hidden = false; });
document.querySelectorAll("[data-delivery]").forEach((entry) => {
  entry.draggable = true;
  entry.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", JSON.stringify(entry.dataset));
    event.dataTransfer.effectAllowed = "move";
  });
});
document.querySelectorAll("td[data-date]").forEach((day) => {
  day.addEventListener("dragover", (event) => { event.preventDefault(); day.classList.add("over"); });
  day.addEventListener("dragleave", () => day.classList.remove("over"));
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    const { delivery, time, version } = JSON.parse(event.dataTransfer.getData("text/plain"));
    form.elements.at.value = `${day.dataset.date}T${time}`;
    form.elements.version.value = version;
    form.action = form.dataset.action.replace("/0/", `/${delivery}/`);
    form.submit();
  });
});
