// Moving a post, or one of its deliveries, by dragging it to another day. The same is done by the form behind its time, without
// this script.
"use strict";
const one = document.getElementById("move");
const whole = document.getElementById("move-post");
document.querySelectorAll(".drag").forEach((hint) => { hint.hidden = false; });
document.querySelectorAll("[data-delivery], [data-post]").forEach((entry) => {
  entry.draggable = true;
  entry.addEventListener("dragstart", (event) => {
    event.stopPropagation(); // a delivery lies within its post
    event.dataTransfer.setData("text/plain", JSON.stringify(entry.dataset));
    event.dataTransfer.effectAllowed = "move";
  });
});
function send(form, fields) {
  for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
  form.submit();
}
document.querySelectorAll("td[data-date]").forEach((day) => {
  day.addEventListener("dragover", (event) => { event.preventDefault(); day.classList.add("over"); });
  day.addEventListener("dragleave", () => day.classList.remove("over"));
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    const { delivery, post, time, version } = JSON.parse(event.dataTransfer.getData("text/plain"));
    if (post) {
      send(whole, { chosen: post, day: day.dataset.date, version });
      return;
    }
    one.action = one.dataset.action.replace("/0/", `/${delivery}/`);
    send(one, { at: `${day.dataset.date}T${time}`, version });
  });
});
