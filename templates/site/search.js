// Searching by the index beside the pages. It needs a web server: a page that is opened as a file may load no module.
"use strict";
(async () => {
  const MOST = 20;
  const form = document.getElementById("search"), found = document.getElementById("found"), words = document.getElementById("words");
  let pagefind;
  try {
    pagefind = await import("./pagefind/pagefind.js");
    await pagefind.options({ baseUrl: new URL("./", location.href).pathname }); // the site may lie below a folder
    await pagefind.init();
  } catch { return; }
  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  const item = (page) => {
    const link = element("a", page.meta.title), line = element("li", "");
    link.href = page.url;
    // An excerpt comes as HTML; of it only the text is taken.
    const excerpt = new DOMParser().parseFromString(page.excerpt, "text/html").body.textContent;
    const below = element("span", excerpt);
    below.className = "sub";
    line.append(link, below);
    return line;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { results } = await pagefind.search(words.value);
    const list = element("ul", "");
    list.className = "posts";
    list.append(...(await Promise.all(results.slice(0, MOST).map((each) => each.data()))).map(item));
    found.replaceChildren(element("p", results.length ? `${results.length}件見つかりました。` : "見つかりませんでした。"), list);
  });
  form.hidden = false;
  document.getElementById("without").hidden = true;
})();
