// Name of the house, where the collection comes from and what is wrong with it, language, light and dark.
burin.parts.masthead = (element) => {
  const { t, state } = burin;
  const language = element.querySelector("[data-do=language]");
  const theme = element.querySelector("[data-do=theme]");
  const select = element.querySelector("select");
  const notice = element.querySelector(".notice");
  const names = Object.keys(state.meta.collections);
  // Gradio's own name of the page; the way goes both ways.
  const here = window.gradio_config?.current_page || "";
  element.querySelectorAll("[data-page]").forEach((link) => {
    link.href = `${burin.root()}/${link.dataset.page}`;
    if (link.dataset.page === here) link.setAttribute("aria-current", "page");
  });

  function draw() {
    const shelf = burin.shelf();
    const facts = [burin.title(shelf.titles), shelf.count ? t("records_count", { n: burin.number(shelf.count, 0) }) : null, `${t("source_" + shelf.source)} ${shelf.version.slice(0, 12)}`, shelf.revision.slice(0, 7)];
    const provenance = element.querySelector(".provenance");
    provenance.textContent = facts.slice(names.length > 1 ? 1 : 0).filter(Boolean).join(" · ");
    provenance.title = shelf.repository ? `${shelf.repository} @ ${shelf.revision}` : "";
    notice.hidden = !shelf.notice;
    notice.textContent = shelf.notice ? burin.title(shelf.notice) : "";
    language.textContent = t("other_language");
    language.lang = state.lang === "en" ? "fr" : "en";
    language.setAttribute("aria-label", t("to_other_language"));
    const dark = document.body.classList.contains("dark");
    theme.setAttribute("aria-label", t(dark ? "to_light" : "to_dark"));
    theme.title = t(dark ? "to_light" : "to_dark");
    select.replaceChildren(...names.map((name) => burin.make("option", { value: name }, burin.title(state.meta.collections[name].titles))));
    select.value = state.collection;
  }
  select.closest("label").hidden = names.length < 2;
  select.onchange = () => {
    burin.choose(select.value);
    draw();
  };
  language.onclick = () => {
    const lang = state.lang === "en" ? "fr" : "en";
    burin.remember("lang", lang);
    burin.speak(lang);
  };
  const setTheme = (dark) => { document.body.classList.toggle("dark", dark); draw(); };
  theme.onclick = () => {
    const dark = !document.body.classList.contains("dark");
    burin.remember("theme", dark ? "dark" : "light");
    setTheme(dark);
  };
  const saved = burin.recall("theme");
  if (saved) setTheme(saved === "dark");
  burin.on("language", draw);
  draw();
};
burin.parts.colophon = (element) => {
  // Gradio's page of the API opens from the button of its own footer, which is out of sight.
  element.querySelector("[data-do=api]").onclick = () => document.querySelector("footer .show-api")?.click();
  element.querySelector("[data-do=openapi]").href = burin.root() + "/gradio_api/openapi.json";
};
