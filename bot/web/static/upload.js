// Pictures can be dropped or pasted, and how far they are sent is seen. Without this script, choosing them and the button do the same.
"use strict";
const desk = document.getElementById("write");
const bar = document.getElementById("sending");
const unsent = document.getElementById("unsent");
const pictures = (list) => [...(list || [])].filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name));

const refuse = (sentence) => { bar.hidden = true; unsent.textContent = sentence; unsent.hidden = false; };

const answered = (request) => {
  if (request.status === 200) { location.assign(request.responseURL); return; }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const revision = page.querySelector("input[name=revision]");
  if (revision) desk.elements.revision.value = revision.value;
  refuse(page.querySelector("[role=alert]")?.textContent.trim() || unsent.dataset.lost);
};

const sendPictures = (files) => {
  const body = new FormData(desk);
  body.delete("picture");
  files.forEach((file) => body.append("picture", file));
  body.set("do", "add");
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => { bar.max = event.total || 1; bar.value = event.loaded; });
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", () => refuse(unsent.dataset.lost));
  unsent.hidden = true;
  bar.hidden = false;
  request.open("POST", location.href);
  request.send(body);
};

const drop = document.getElementById("drop");
drop.hidden = false;
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const files = pictures(event.dataTransfer.files);
  if (files.length) sendPictures(files);
});
desk.addEventListener("submit", (event) => {
  const files = pictures(document.getElementById("picture").files);
  if (event.submitter?.value !== "add" || !files.length) return;
  event.preventDefault();
  sendPictures(files);
});
document.addEventListener("paste", (event) => {
  const files = pictures(event.clipboardData?.files);
  if (!files.length) return;
  event.preventDefault();
  sendPictures(files);
});
