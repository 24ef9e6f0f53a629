// Keeps what is typed and shows how it would look. What does not reach the server stays in this browser until it does.
// Without this script, 「保存して確かめる」 does the same.
"use strict";
const form = document.getElementById("write");
const key = `dxbot-draft-${form.dataset.draft}`;
const PAUSE = 1200;
const AGAIN = 5000;
const MARKS = ["revision", "window", "submitted"];
let timer = 0;
let sending = false;
let changed = false;

const tell = (id) => document.querySelectorAll(".told").forEach((notice) => { notice.hidden = notice.id !== id; });
const later = (wait) => { clearTimeout(timer); timer = setTimeout(send, wait); };
const fields = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
const typed = (all) => JSON.stringify(all.filter(([name]) => !MARKS.includes(name)));

const keepHere = (more = []) => {
  try { localStorage.setItem(key, JSON.stringify([...fields(), ...more])); } catch { /* full, or not allowed: the server will have it */ }
};

const restore = () => {
  const kept = JSON.parse(localStorage.getItem(key) || "[]");
  const mark = (name) => kept.find(([known]) => known === name)?.[1];
  const arrived = mark("submitted") && form.dataset.window === mark("window") && form.elements.revision.value > Number(mark("revision"));
  const here = fields().filter(([name]) => kept.some(([known]) => known === name));
  if (arrived || typed(kept) === typed(here)) { localStorage.removeItem(key); return; }
  [...form.elements].forEach((field) => {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.type === "file" || field.tagName === "BUTTON") return;
    const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  });
  tell("restored");
  later(0);
};

const sent = async (answer) => {
  if (answer.type === "opaqueredirect" || answer.status === 403) { tell("signedout"); return; }
  if (answer.status === 409) { tell("elsewhere"); return; }
  if (!answer.ok) throw new Error(answer.status);
  form.elements.revision.value = answer.headers.get("X-Revision");
  document.getElementById("preview").innerHTML = await answer.text();
  if (document.getElementById("restored").hidden) tell("");
  document.getElementById("kept").textContent = form.dataset.kept;
  if (!changed) localStorage.removeItem(key);
};

const send = async () => {
  if (sending) { changed = true; return; }
  sending = true;
  changed = false;
  const body = new FormData(form);
  body.delete("picture");
  try {
    await sent(await fetch(form.dataset.live, { method: "POST", body, redirect: "manual" }));
  } catch {
    document.getElementById("kept").textContent = "";
    tell("offline");
    later(AGAIN);
  } finally {
    sending = false;
    if (changed) later(0);
  }
};

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  keepHere();
  if (sending) changed = true;
  later(PAUSE);
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  if (localStorage.getItem(key)) keepHere([["submitted", "1"]]);
});
window.addEventListener("online", () => { if (localStorage.getItem(key)) later(0); });
restore();
