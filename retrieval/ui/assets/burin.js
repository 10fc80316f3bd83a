// The page's core: language, the one channel to the server, and what the parts share.
//
// Parts (pad, upload, results, masthead) are gr.HTML components. Each calls burin.mount(name, element,
// props, server) from its js_on_load, in whatever order Gradio renders them; a part starts once the
// masthead has brought the collections. Record texts only ever reach the page through textContent.
window.burin = (() => {
  const ANSWER_WITHIN_MS = 20000;
  const AT_ONCE = 2; // questions on the way; a third waits, and a newer one takes its place
  const parts = {}; // name -> function(element, server), filled in by the other files
  const started = new Set();
  const waiting = [];
  const listeners = {};
  const state = { lang: "en", meta: null, collection: null, k: 10, tags: [], by: "look", source: "sketch" };
  let server = null;
  let texts = {};

  // ---- events between the parts
  const on = (name, fn) => (listeners[name] ||= []).push(fn);
  const emit = (name, detail) => (listeners[name] || []).forEach((fn) => fn(detail));

  // ---- small memory of the browser; private windows may refuse it
  const remember = (key, value) => {
    try { localStorage.setItem("burin." + key, value); } catch { /* not kept, then */ }
  };
  const recall = (key) => {
    try { return localStorage.getItem("burin." + key); } catch { return null; }
  };

  // ---- language
  // A collection may word some sentences itself.
  const t = (key, values = {}) =>
    (shelf()?.words[state.lang]?.[key] ?? texts[state.lang]?.[key] ?? texts.en?.[key] ?? key)
      .replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const shelf = () => state.meta?.collections[state.collection];
  const word = (text) => (state.lang !== "fr" ? String(text)
    : shelf().terms_fr[text] || String(text).replace(/^c\. (?=\d)/, "vers "));
  const title = (pair) => pair[state.lang] || pair.en;
  const number = (value, digits) =>
    new Intl.NumberFormat(state.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  const percent = (value) => new Intl.NumberFormat(state.lang, { style: "percent" }).format(value);
  const capital = (text) => text.charAt(0).toLocaleUpperCase(state.lang) + text.slice(1);

  function translate(root) {
    const values = (node) => (node.dataset.tName ? { name: t(node.dataset.tName) } : {});
    root.querySelectorAll("[data-t]").forEach((node) => { node.textContent = t(node.dataset.t, values(node)); });
    root.querySelectorAll("[data-t-label]").forEach((node) => {
      const text = t(node.dataset.tLabel, values(node));
      node.setAttribute("aria-label", text);
      if (node.tagName === "BUTTON" || node.tagName === "LABEL") node.title = text;
    });
  }
  // Another collection, with its own sentences, number of results and kinds of query. It is asked the same
  // picture, where it takes such ones.
  function choose(name) {
    const picture = last?.picture ? last : null;
    state.collection = name;
    state.tags = [];
    state.by = "look";
    state.k = shelf().k.value;
    dismiss(null);
    translate(document);
    emit("collection");
    if (!takesDrawings()) tab("upload");
    if (picture && (picture.from !== "pad" || takesDrawings())) ask(picture);
  }
  const takesDrawings = () => shelf().kinds.includes("sketch");
  function speak(lang) {
    state.lang = texts[lang] ? lang : "en";
    document.documentElement.lang = state.lang;
    document.title = t("title");
    translate(document);
    emit("language");
  }

  // ---- the one channel to the server. Every question has a number; an answer is shown only when no
  // newer question has been answered or dismissed since, so a late answer never wins.
  let asked = 0, shown = 0, flying = 0, next = null, last = null;

  async function send(question) {
    flying += 1;
    const reply = await Promise.race([
      server.ask(question.body).catch(() => undefined),
      new Promise((resolve) => setTimeout(() => resolve({ slow: true }), ANSWER_WITHIN_MS)),
    ]);
    flying -= 1;
    if (next) { const newest = next; next = null; send(newest); }
    if (question.number < shown) return;
    shown = question.number;
    emit("busy", shown < asked);
    if (reply?.answer) emit("answer", { answer: reply.answer, question });
    else if (reply?.records) emit("records", reply.records);
    else emit("error", reply?.error || { key: reply?.slow ? "too_slow" : "no_answer" });
  }
  // query: {picture: data URL, kind}, {like: record id, label} or {}: what carries the tags
  function ask(query) {
    last = query;
    emit("asked", query);
    const question = {
      number: ++asked,
      query,
      body: {
        picture: query.picture ?? null, like: query.like ?? null, kind: query.kind ?? "sketch",
        collection: state.collection, k: state.k, tags: state.tags, by: state.by,
      },
    };
    emit("busy", true);
    if (flying >= AT_ONCE) next = question;
    else send(question);
  }
  // The same question again, under a changed filter or number of results.
  // False when there is none: nothing asked yet, or only for tags.
  function again() {
    if (!last?.picture && !last?.like) return false;
    ask(last);
    return true;
  }
  // Nothing is asked any more (an empty pad): answers on their way are too late.
  function dismiss(reason) {
    last = null;
    next = null;
    shown = ++asked;
    emit("busy", false);
    emit("idle", reason);
  }

  // ---- starting the parts
  function start(name, element, partServer) {
    if (started.has(element)) return;
    started.add(element);
    translate(element);
    parts[name](element, partServer);
  }
  // What is open is asked when the page opens: a newer version may have come since the app started.
  async function told(partServer, attempts = 3) {
    try {
      return await partServer.about();
    } catch (error) {
      if (attempts < 2) throw error;
      return told(partServer, attempts - 1);
    }
  }
  async function mount(name, element, props, partServer) {
    if (name === "masthead") {
      state.meta = await told(partServer);
      texts = state.meta.texts;
      const wanted = new URLSearchParams(location.search).get("collection");
      state.collection = Object.hasOwn(state.meta.collections, wanted) ? wanted : state.meta.collection;
      state.k = shelf().k.value;
      server = partServer;
      speak(recall("lang") || (navigator.language || "en").slice(0, 2).toLowerCase());
    }
    waiting.push([name, element, partServer]);
    if (state.meta) waiting.splice(0).forEach((entry) => start(...entry));
  }

  // The tabs are Gradio's own. An update of a tab's label reaches it only once it was open, so the text of
  // the button is changed in place, and again when Gradio makes new buttons for another width.
  function nameTabs(tabs) {
    const write = () => tabs.querySelectorAll("[data-tab-id]").forEach((button) => {
      const name = t("tab_" + button.dataset.tabId);
      if (button.firstChild.nodeValue !== name) button.firstChild.nodeValue = name;
      button.style.display = button.dataset.tabId === "sketch" && !takesDrawings() ? "none" : "";
    });
    new MutationObserver(write).observe(tabs.querySelector("[role=tablist]"), { childList: true, subtree: true });
    on("language", write);
    on("collection", write);
    write();
    if (!takesDrawings()) tab("upload");
  }

  // A picture pasted anywhere opens the upload, which Gradio renders only when its tab is first opened.
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])].find((one) => one.type.startsWith("image/"));
    if (!file || !state.meta) return;
    event.preventDefault();
    state.file = file;
    tab("upload");
    emit("file", file);
  });

  // A picture dropped beside the box is taken too; without this the browser would leave the page for it.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (event.defaultPrevented) return; // the box itself took it
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file || !state.meta) return;
    state.file = file;
    tab("upload");
    emit("file", file);
  });

  // ---- helpers for building elements from record texts: never innerHTML
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }
  const root = () => (window.gradio_config?.root || location.origin + location.pathname).replace(/\/$/, "");
  const tab = (name) => document.querySelector(`#burin-tabs [role=tab][data-tab-id=${name}]`)?.click();

  return {
    parts, state, on, emit, ask, again, choose, dismiss, mount, translate, speak, t, word, title, shelf, number,
    percent, capital, takesDrawings, make, root, tab, nameTabs, remember, recall,
  };
})();
