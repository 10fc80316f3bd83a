// What a run made: its figures, its report, a trial beside what serves, into service and to the Hub.
burin.training.parts.push((page) => {
  const { t, make, number, percent, title, state } = burin;
  let tried = null; // {run, picture, reply, beside}: the last trial, kept while the page is drawn again

  page.showResult = async (place, run) => {
    if (place.dataset.run === run.id && place.dataset.lang === state.lang) return;
    Object.assign(place.dataset, { run: run.id, lang: state.lang });
    place.replaceChildren(page.waiting());
    const result = await page.ask("result", { run: run.id });
    if (!place.isConnected) return;
    if (result.error) {
      delete place.dataset.run;
      return place.replaceChildren(page.problem(result.error, () => page.showResult(place, run)));
    }
    const section = (name, key, ...content) => make("section", { class: `result-part ${name}` }, make("h3", {}, t(key)), ...content.filter(Boolean));
    place.replaceChildren(...[
      section("result-figures", "result", make("div", { class: "result-columns" }, make("div", {}, ...page.figures(result.figures, null)), classes(result.classes))),
      result.bundle ? section("result-try", "try", ...trial(run, result)) : null,
      result.bundle ? section("result-service", "service", service(run, result)) : null,
      result.bundle ? section("result-publish", "publish", ...publishing(run)) : null,
      result.pictures.length ? section("result-report", "result_report", report(run, result)) : null,
    ].filter(Boolean));
  };

  function classes(list) {
    if (!list.length) return null;
    return make("div", {}, make("h4", {}, t("result_classes")), make("ul", { class: "counts" }, ...list.map((one) => make("li", {},
      make("span", {}, one.name), make("span", { class: "meter", style: `--share:${one.right}` }), make("b", {}, percent(one.right))))));
  }

  // ---- the report
  function report(run, result) {
    const dialog = make("dialog", { class: "enlarged", onclick: () => dialog.close() });
    const figures = result.pictures.map((name) => {
      const button = make("button", { type: "button", class: "report-picture", "aria-label": t("enlarge", { name: t("report_" + name) }) }, make("span", { class: "no-picture" }, t("loading")));
      // Asked for when it comes into sight: a report may have several MB.
      const watch = new IntersectionObserver(async (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        const reply = await page.ask("report_picture", { run: run.id, name });
        if (reply.error) return button.replaceChildren(make("span", { class: "no-picture" }, title(reply.error)));
        button.replaceChildren(make("img", { src: reply.picture, alt: "" }));
        button.onclick = () => { dialog.replaceChildren(make("img", { src: reply.picture, alt: t("report_" + name) })); dialog.showModal(); };
      });
      watch.observe(button);
      return make("figure", {}, button, make("figcaption", {}, t("report_" + name)));
    });
    return make("div", {}, make("div", { class: "report" }, ...figures), dialog, result.errors ? errors(run) : null);
  }
  // A whole page of its own, in a frame that may run nothing and reach nothing of this one.
  function errors(run) {
    const frame = make("div", { class: "errors-frame" });
    const button = make("button", { type: "button", class: "quiet", "data-do": "errors", onclick: async () => {
      if (frame.childElementCount) { frame.replaceChildren(); button.textContent = t("result_errors"); return; }
      frame.replaceChildren(page.waiting());
      const reply = await page.ask("report_errors", { run: run.id });
      if (reply.error) return frame.replaceChildren(page.problem(reply.error));
      frame.replaceChildren(make("iframe", { sandbox: "", title: t("result_errors"), srcdoc: reply.html }));
      button.textContent = t("result_hide_errors");
    } }, t("result_errors"));
    return make("div", { class: "errors" }, button, frame);
  }

  // ---- a trial
  function trial(run, result) {
    if (tried?.run !== run.id) tried = { run: run.id, picture: null, reply: null, beside: result.collections.find((one) => one.name === run.collection)?.name ?? "" };
    const input = make("input", { type: "file", name: "try", class: "visually-hidden", accept: "image/*", tabindex: "-1", "aria-hidden": "true", onchange: () => take(input.files[0]) });
    const select = make("select", { name: "beside", onchange: () => { tried.beside = select.value; ask(); } },
      make("option", { value: "" }, t("try_alone")), ...result.collections.map((one) => make("option", { value: one.name }, `${title(one.titles)} ${one.version}`)));
    select.value = tried.beside;
    const found = make("div", { class: "trial", "aria-live": "polite" });
    const drop = make("div", { class: "drop try-drop", onclick: () => input.click() }, make("p", { class: "drop-note" }, t("try_drop")), make("button", { type: "button", class: "quiet", "data-do": "try" }, t("try_choose")));
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("is-over"); take(event.dataTransfer.files[0]); });
    function take(file) {
      if (!file) return;
      const reader = new FileReader();
      reader.onload = () => { tried.picture = reader.result; ask(); };
      reader.readAsDataURL(file);
      input.value = "";
    }
    async function ask() {
      if (!tried.picture) return;
      const mine = (tried.asked = Symbol("asked"));
      found.replaceChildren(page.waiting());
      const reply = await page.ask("try_out", { run: run.id, picture: tried.picture, beside: tried.beside || null });
      if (tried.asked !== mine) return;
      tried.reply = reply;
      show();
    }
    function show() {
      const { reply, picture } = tried;
      if (!reply) return;
      if (reply.error) return found.replaceChildren(page.problem(reply.error));
      const name = result.collections.find((one) => one.name === tried.beside);
      found.replaceChildren(...[
        make("figure", { class: "trial-asked" }, make("img", { src: picture, alt: t("try_asked") })),
        gallery(reply.new, t("try_new"), "is-new"),
        reply.live ? gallery(reply.live, t("try_live", { name: name ? title(name.titles) : tried.beside }), "is-live") : null,
      ].filter(Boolean));
    }
    show();
    return [make("p", { class: "note" }, t("try_about")), input,
      make("div", { class: "try-tools" }, drop, make("label", { class: "collections field" }, make("span", {}, t("try_beside")), select)), found];
  }
  function gallery(answer, heading, look) {
    const guess = !answer.in_domain ? t("try_far") : answer.label ? `${page.named(answer.label)}${answer.confidence === null ? "" : ` ${percent(Math.min(answer.confidence, 0.99))}`}` : "";
    return make("section", { class: `trial-gallery ${look}` }, make("h4", {}, heading), make("p", { class: "trial-guess" }, guess),
      make("ol", {}, ...answer.matches.map((match) => make("li", { "data-id": match.id }, page.picture(match, page.named(match.label)), make("span", {}, page.named(match.label)), make("small", {}, number(match.similarity, 2))))));
  }

  // ---- into service
  function service(run, result) {
    const place = make("div", { class: "service" });
    const act = (name, question) => async (event) => {
      event.target.disabled = true;
      const reply = await page.ask(name, question);
      if (reply.error) { event.target.disabled = false; return place.append(page.problem(reply.error)); }
      page.forgetModels();
      draw(reply);
    };
    function draw({ serving, back }) {
      const mine = serving?.source === "run" && serving.version === result.version;
      const said = mine ? t("service_this", { name: run.collection }) : serving ? t("service_other", { name: run.collection, version: serving.version, source: t("source_" + serving.source) }) : t("service_new", { name: run.collection });
      place.dataset.serving = serving ? serving.version : "";
      place.replaceChildren(make("p", { class: "service-said", role: "status" }, said), make("div", { class: "actions" }, ...[
        mine ? make("a", { class: "primary", href: `${burin.root()}/?collection=${encodeURIComponent(run.collection)}` }, t("search_with_it")) : make("button", { type: "button", class: "primary", "data-do": "live", onclick: act("make_live", { run: run.id }) }, t("make_live")),
        back ? make("button", { type: "button", class: "quiet", "data-do": "back", onclick: act("take_back", { collection: run.collection }) }, t("take_back")) : null,
      ].filter(Boolean)));
    }
    draw(result);
    return place;
  }

  // ---- to the Hub
  function publishing(run) {
    const owner = page.visitor.signs_in ? page.visitor.name : "";
    const field = (name, key, value, more = {}) => make("label", { class: "field" }, make("span", {}, t(key)), make("input", { type: "text", name, value, spellcheck: "false", autocomplete: "off", ...more }));
    const said = make("div", { "aria-live": "polite" });
    const button = make("button", { type: "submit", class: "primary", "data-do": "publish" }, t("publish_now"));
    const form = make("form", { class: "publish", onsubmit: async (event) => {
      event.preventDefault();
      const value = (name) => form.querySelector(`[name=${name}]`)?.value.trim() ?? "";
      button.disabled = true;
      said.replaceChildren(make("p", { class: "waiting" }, t("publish_busy")));
      const begun = await page.ask("publish", { run: run.id, model: value("model"), dataset: value("dataset"), version: value("version"), token: value("token"), private: form.querySelector("[name=private]").checked });
      const reply = begun.error ? begun : await page.poll(1000, () => (form.isConnected ? page.ask("published", { task: begun.task }) : null), (one) => !one.busy);
      button.disabled = false;
      const token = form.querySelector("[name=token]");
      if (token) token.value = "";
      if (!reply) return;
      said.replaceChildren(reply.error ? page.problem(reply.error) : make("p", { class: "service-said is-published" }, t("published", { ...reply.published, name: run.collection })));
    } },
    make("div", { class: "fields" },
      field("model", "publish_model", owner ? `${owner}/${run.collection}-model` : "", { required: "" }),
      field("dataset", "publish_dataset", owner ? `${owner}/${run.collection}` : "", { required: "" }),
      field("version", "publish_version", "v1", { required: "" }),
      make("label", { class: "field" }, make("span", {}, t("publish_token")), make("input", { type: "password", name: "token", autocomplete: "off" }), make("small", {}, t(page.visitor.signs_in ? "publish_token_signed" : "publish_token_hint"))),
      make("label", { class: "field is-switch" }, make("span", {}, t("publish_private")), make("input", { type: "checkbox", name: "private", checked: "" }))),
    make("div", { class: "actions" }, button), said);
    return [make("p", { class: "note" }, t("publish_about")), form];
  }
});
