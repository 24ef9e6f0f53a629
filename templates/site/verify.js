// この投稿は市のものですか: compares in this browser alone. bot/text/recognition.py, bot/media/likeness.py and
// bot/services/pages/recognition.py do the same on the server; what is computed here and there must agree.
"use strict";
(() => {
  const GRID = 16, STEP = 2, ALIKE = 0.25, FEWEST = 24, GRAM = 3, KEPT = 16, HINT = 0.25, NEAR = 0.8;
  const SHORTEST = 10, LONGEST = 5000, CANDIDATES = 5, AROUND = 8, GAP = 2, SIDE = 1024;
  const NAMING = ["fbid", "id", "story_fbid", "v"], STARTS = ["www.", "m.", "mobile."];
  const BARE = /^[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?(?:\/|$)/iu;
  const NOISE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+/gu;
  const form = document.getElementById("ask"), answer = document.getElementById("answer");
  const box = document.getElementById("text"), file = document.getElementById("picture");

  // The index and the texts come as scripts: a page that is opened as a file may load nothing else.
  const loaded = {};
  const load = (name) => (loaded[name] ||= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = name;
    script.onload = done;
    script.onerror = () => { delete loaded[name]; failed(new Error(name)); };
    document.head.append(script);
  }));

  const plain = (text) => Array.from(text.normalize("NFC").replace(NOISE, ""));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  // Without TLS a browser has no SHA-256; then nothing is called the same by its hash.
  const sha256 = async (bytes) => (crypto.subtle ? hex(await crypto.subtle.digest("SHA-256", bytes)) : "");

  const hash = (gram) => {
    let h = 0x811c9dc5;
    for (const character of gram) h = Math.imul(h ^ character.codePointAt(0), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  const sketch = (text) => {
    const found = new Set();
    for (let at = 0; at + GRAM <= text.length; at++) found.add(hash(text.slice(at, at + GRAM)));
    return [...found].sort((a, b) => a - b).slice(0, KEPT);
  };
  const overlap = (one, other) => {
    const smallest = [...new Set([...one, ...other])].sort((a, b) => a - b).slice(0, KEPT);
    return smallest.length ? smallest.filter((h) => one.includes(h) && other.includes(h)).length / smallest.length : 0;
  };

  // The longest common subsequence of what is left between the common beginning and end.
  const changes = (record, given) => {
    let start = 0, end = 0;
    const least = Math.min(record.length, given.length);
    while (start < least && record[start] === given[start]) start++;
    while (end < least - start && record[record.length - 1 - end] === given[given.length - 1 - end]) end++;
    const a = record.slice(start, record.length - end), b = given.slice(start, given.length - end);
    const all = record.length + given.length;
    if (2 * (start + end + Math.min(a.length, b.length)) < NEAR * all) return null;
    const width = b.length + 1, table = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        table[i * width + j] = a[i] === b[j] ? table[(i + 1) * width + j + 1] + 1
          : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
      }
    }
    if (2 * (start + end + table[0]) < NEAR * all) return null;
    const found = [];
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
      if (i < a.length && j < b.length && a[i] === b[j]) { i++; j++; continue; }
      let last = found.at(-1);
      if (!last || start + i - last.to > GAP) found.push(last = { at: start + i, from: start + j });
      if (i < a.length && (j === b.length || table[(i + 1) * width + j] >= table[i * width + j + 1])) i++; else j++;
      last.to = start + i;
      last.until = start + j;
    }
    return found.map((c) => ({ at: c.at, record: record.slice(c.at, c.to).join(""), given: given.slice(c.from, c.until).join(""),
      before: record.slice(Math.max(c.at - AROUND, 0), c.at).join(""), after: record.slice(c.to, c.to + AROUND).join("") }));
  };

  const addressKey = (given, index) => {
    if (/\s/u.test(given) || !(given.includes("://") || BARE.test(given))) return null;
    let url;
    try { url = new URL(given.includes("://") ? given : `https://${given}`); } catch { return null; }
    if (!/^https?:$/u.test(url.protocol) || !url.host.includes(".")) return null;
    const channel = index.hosts[url.host], form = channel && index.forms[channel];
    const found = form && new RegExp(`^(?:${form})`, "u").exec(url.pathname);
    if (found) return `${channel}:${found[1]}`;
    const start = STARTS.find((each) => url.host.startsWith(each)) || "";
    const query = [...url.searchParams].filter(([name]) => NAMING.includes(name)).map(([n, v]) => `${n}=${v}`).sort().join("&");
    return (channel || url.host.slice(start.length)) + decoded(url.pathname).replace(/\/+$/u, "") + (query && `?${query}`);
  };
  const decoded = (path) => { try { return decodeURI(path); } catch { return path; } };

  const ofAddress = (given, index) => {
    const key = addressKey(given, index);
    const at = key && Object.hasOwn(index.addresses, key) ? index.addresses[key] : null;
    return at === null ? { verdict: "none" } : { verdict: "same", post: index.posts[at] };
  };
  const ofText = async (given, index) => {
    const text = plain(given);
    if (text.length < SHORTEST || text.length > LONGEST) return { verdict: "length" };
    const sha = await sha256(new TextEncoder().encode(text.join("")));
    const equal = sha && index.texts.find((known) => known[0] === sha);
    if (equal) return { verdict: "same", post: index.posts[equal[2]], takenBack: !equal[3] };
    const own = sketch(text);
    const rated = index.texts.map((known) => [overlap(known[1].match(/.{8}/gu).map((h) => parseInt(h, 16)), own), known]);
    rated.sort((a, b) => b[0] - a[0]);
    let best = null;
    for (const [rate, known] of rated.slice(0, CANDIDATES)) {
      if (rate < HINT) break;
      const post = index.posts[known[2]];
      const found = await near(post, known, text, rate);
      if (found && (!best || found.size < best.size)) best = { ...found, post, takenBack: !known[3] };
    }
    return best ? { verdict: best.size ? "near" : "same", ...best } : { verdict: "none" };
  };
  const near = async (post, [sha, , , stands], text, rate) => {
    if (!stands) return rate >= NEAR ? { size: LONGEST, changes: [] } : null;
    await load(`texts/${post.name}.js`);
    const record = Array.from(window.cityTexts[post.name][sha]);
    const found = changes(record, text);
    return found && { size: found.reduce((sum, c) => sum + c.record.length + c.given.length, 0), changes: found };
  };

  const mark = async (blob) => {
    const picture = await createImageBitmap(blob);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const width = Math.max(Math.round(picture.width * scale), GRID + 1), height = Math.max(Math.round(picture.height * scale), GRID);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    paper.fillStyle = "white";
    paper.fillRect(0, 0, width, height);
    paper.imageSmoothingQuality = "high";
    paper.drawImage(picture, 0, 0, width, height);
    const pixels = paper.getImageData(0, 0, width, height).data;
    const sums = new Float64Array((GRID + 1) * GRID), counts = new Float64Array((GRID + 1) * GRID);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cell = Math.floor((y * GRID) / height) * (GRID + 1) + Math.floor((x * (GRID + 1)) / width), at = 4 * (y * width + x);
        sums[cell] += 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
        counts[cell] += 1;
      }
    }
    const light = sums.map((sum, cell) => Math.round(sum / counts[cell])), steps = [];
    for (let row = 0; row < GRID; row++) {
      for (let at = row * (GRID + 1); at < row * (GRID + 1) + GRID; at++) steps.push(light[at] - light[at + 1]);
    }
    return BigInt(`0b${steps.map((s) => (s > STEP ? 1 : 0)).join("")}${steps.map((s) => (s < -STEP ? 1 : 0)).join("")}`);
  };
  const bits = (number) => number.toString(2).replaceAll("0", "").length;
  const ofPicture = async (blob, index) => {
    const sha = await sha256(await blob.arrayBuffer());
    const equal = sha && index.pictures.find((known) => known[0] === sha);
    if (equal) return { verdict: "same", post: index.posts[equal[2]] };
    let own;
    try { own = await mark(blob); } catch { return { verdict: "broken" }; }
    if (bits(own) < FEWEST) return { verdict: "plain" };
    let best = null;
    for (const [, text, at] of index.pictures) {
      const known = BigInt(`0x${text}`), count = bits(known);
      const distance = bits(own ^ known) / Math.max(bits(own), count, 1);
      if (count >= FEWEST && distance <= ALIKE && (!best || distance < best[0])) best = [distance, at];
    }
    return best ? { verdict: "near", picture: true, post: index.posts[best[1]] } : { verdict: "none" };
  };

  const HEADINGS = { same: "市の記録にあります", near: "似たものがあります。同じではありません", none: "市の記録にはありません",
    plain: "この画像では比べられません", broken: "画像として開けません", length: "文が短すぎるか、長すぎます",
    failed: "記録を読めませんでした" };
  const WORDS = {
    none: "市がお伝えした記録の中に、見つかりませんでした。一部だけのとき、切り抜いた画像のときも、見つかりません。",
    plain: "模様がほとんどないため、ほかの画像と区別できません。文で確かめてください。",
    broken: "JPEG か PNG の画像を選んでください。",
    length: `${SHORTEST}字から${LONGEST}字までの文を、全て貼ってください。`,
    failed: "通信を確かめて、もう一度お試しください。",
  };
  const element = (name, text = "", ...children) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  };
  const marked = (text) => (text ? element("mark", text) : element("mark", "（なし）"));
  // A record that is behind, or does not know, must not pass for a "no".
  const reservations = (index) => [
    index.until ? `この記録は、${index.until}までのものです。それより新しい投稿は、あとでもう一度確かめてください。` : "",
    index.doubt ? "市では、出たかどうかを確かめている投稿があります。少し待って、もう一度お試しください。" : "",
  ].filter(Boolean);
  const told = (what, found, index) => {
    const shown = element("div");
    shown.className = "answer";
    shown.append(element("h2", `${what}：${HEADINGS[found.verdict]}`));
    if (found.post) {
      const link = element("a", found.post.title);
      link.href = `posts/${found.post.name}.html`;
      shown.append(element("p", "", link, `（${found.post.day}）`));
      if (!found.post.stands) shown.append(element("p", "市がお伝えしたあと、取り下げた投稿です。"));
      else if (found.takenBack) shown.append(element("p", "市がお伝えしたあと、訂正したか取り下げた文です。いまの文は、市のページにあります。"));
    }
    if (found.picture) shown.append(element("p", "大きさや画質を変えて保存し直された画像とみられますが、描きかえられていないとは言えません。市のページの画像と見比べてください。"));
    if (found.changes && found.changes.length) {
      const list = element("ul");
      for (const c of found.changes.slice(0, 20)) {
        list.append(element("li", "", `${c.at + 1}字目　市の記録「…${c.before}`, marked(c.record), `${c.after}…」　入れた文「…${c.before}`,
          marked(c.given), `${c.after}…」`));
      }
      shown.append(element("p", `違うところは${found.changes.length}か所です。`), list);
    }
    if (WORDS[found.verdict]) shown.append(element("p", WORDS[found.verdict]));
    if (found.verdict === "none") shown.append(...reservations(index).map((words) => element("p", words)));
    return shown;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = box.value.trim(), blob = file.files[0], found = [];
    answer.replaceChildren(element("p", "比べています。"));
    try {
      await load("verify-index.js");
      const index = window.cityRecord;
      if (given && addressKey(given, index)) found.push(told("アドレス", ofAddress(given, index), index));
      else if (given) found.push(told("文", await ofText(given, index), index));
      if (blob) found.push(told("画像", await ofPicture(blob, index), index));
      if (!found.length) found.push(element("p", "アドレスか文を入れるか、画像を選んでください。"));
    } catch {
      found.push(told("記録", { verdict: "failed" }));
    }
    answer.replaceChildren(...found);
  });
  form.hidden = false;
  document.getElementById("without").hidden = true;
})();
