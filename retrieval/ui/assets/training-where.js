// Where a run learns: on this machine, or as a job on a GPU of the Hub, whose cost is said before it starts.
burin.training.parts.push((page) => {
  const { t, make, number, state } = burin;
  // What was chosen, kept while the page is drawn again. token: as it was typed, until the server has it.
  // typed: names that the person changed; all others follow the collection's.
  const job = { chosen: false, offer: null, asking: false, problem: null, token: "", flavour: "", minutes: 60, private: true, typed: {} };

  page.dollars = (amount) => new Intl.NumberFormat(state.lang, { style: "currency", currency: "USD" }).format(amount);
  page.limit = (minutes) => (minutes < 60 ? t("limit_minutes", { n: number(minutes, 0) })
    : minutes === 60 ? t("limit_hour") : t("limit_hours", { n: number(minutes / 60, 0) }));
  const machine = () => job.offer.flavours.find((one) => one.name === job.flavour) || job.offer.flavours[0];
  const cost = () => Math.round((machine().per_hour * job.minutes / 60) * 100) / 100;
  // Most are called by their GPU already.
  page.machineName = (title, gpu) => (title.includes(gpu) ? title : `${title}: ${gpu}`);
  const named = (flavour) => page.machineName(flavour.title, flavour.gpu);
  const ready = () => job.offer?.flavours?.length > 0;
  const names = (collection) => ({ model: `${job.offer.name}/${collection}-model`, dataset: `${job.offer.name}/${collection}`, pictures: `${job.offer.name}/${collection}-pictures`, version: "v1", code: burin.recall("code") || "" });

  let redraw = () => {}; // of the form that is on the page
  async function ask() {
    Object.assign(job, { asking: true, problem: null, offer: null });
    redraw();
    const reply = await page.ask("job_offer", { token: job.token });
    Object.assign(job, { asking: false, offer: reply.error ? null : reply, problem: reply.error || null });
    redraw();
  }

  page.jobChosen = () => job.chosen;
  page.jobStart = () => (ready() ? t("job_start", { cost: page.dollars(cost()) }) : t("start"));
  page.jobReady = () => !job.chosen || ready();
  // told: of the server; taken: the pictures; changed: called when what starting means has changed.
  page.where = (told, taken, filled, changed) => {
    const panel = make("div", { class: "job-panel" });
    const ticket = make("aside", { class: "ticket", "aria-live": "polite" });
    const able = taken.intake.remote;
    if (!able) job.chosen = false;
    const card = (name, chosen, about) => make("label", { class: "variant" },
      make("input", { type: "radio", name: "where", value: name, ...(chosen ? { checked: "" } : {}), ...(name === "job" && !able ? { disabled: "" } : {}), onchange: () => choose(name === "job") }),
      make("span", {}, make("b", {}, t("where_" + name)), make("small", {}, about)));
    function choose(chosen) {
      job.chosen = chosen;
      draw();
      if (chosen && !job.offer && !job.asking) ask();
    }
    redraw = draw;
    function draw() {
      panel.replaceChildren(...(!job.chosen ? [] : job.asking ? [make("p", { class: "waiting" }, t("job_looking"))]
        : job.problem ? [page.problem(job.problem, ask), token()]
          : job.offer?.needs ? [make("p", { class: "note" }, t("job_needs_" + job.offer.needs)), token()]
            : !job.offer ? [] : ready() ? [order(), ticket] : [make("p", { class: "note" }, t("job_no_machine"))]));
      panel.classList.toggle("is-order", job.chosen && ready());
      price();
    }
    const token = () => page.tokenField("job_token", (typed) => { job.token = typed; ask(); });
    const field = (name, key, hint, more = {}) => {
      const input = make("input", { type: "text", name: "job_" + name, value: job.typed[name] ?? names(filled.collection)[name], required: "", spellcheck: "false", autocomplete: "off", ...more, oninput: () => { job.typed[name] = input.value; } });
      return make("label", { class: "field" }, make("span", {}, t(key)), input, hint ? make("small", {}, hint) : null);
    };
    const select = (name, key, entries, value, keep) => {
      const node = make("select", { name: "job_" + name, onchange: () => { keep(node.value); price(); } }, ...entries.map(([one, label]) => make("option", { value: one, ...(String(one) === String(value) ? { selected: "" } : {}) }, label)));
      return make("label", { class: "field" }, make("span", {}, t(key)), node);
    };
    function order() {
      const one = (flavour) => t("job_machine_one", { name: named(flavour), memory: flavour.memory, price: page.dollars(flavour.per_hour) });
      const { space, flavours, limits, name } = job.offer;
      const switched = make("input", { type: "checkbox", name: "job_private", ...(job.private ? { checked: "" } : {}), onchange: () => { job.private = switched.checked; } });
      return make("div", { class: "job-order" },
        make("div", { class: "fields" },
          make("div", { class: "job-machine" }, select("flavour", "job_machine", flavours.map((flavour) => [flavour.name, one(flavour)]), machine().name, (value) => { job.flavour = value; })),
          select("minutes", "job_limit", limits.map((minutes) => [minutes, page.limit(minutes)]), job.minutes, (value) => { job.minutes = Number(value); })),
        make("h4", {}, t("job_makes")),
        make("div", { class: "fields" },
          field("model", "publish_model"), field("dataset", "publish_dataset"), field("version", "publish_version"),
          make("label", { class: "field is-switch" }, make("span", {}, t("job_private")), switched)),
        make("h4", {}, t("job_reads")),
        taken.intake.hub ? make("p", { class: "note" }, t("job_pictures_hub", { name: taken.intake.hub }))
          : make("p", { class: "note is-told" }, t("job_pictures_zip", { n: number(taken.check.pictures, 0) })),
        make("div", { class: "fields" },
          taken.intake.hub ? null : field("pictures", "job_pictures", t("job_pictures_hint", { name })),
          space ? null : field("code", "job_code", t("job_code_hint"))),
        space ? make("p", { class: "note" }, t("job_code_space", { name: space })) : null);
    }
    function price() {
      if (ready()) ticket.replaceChildren(
        make("span", { class: "eyebrow" }, t("job_most")),
        make("b", { class: "ticket-cost" }, page.dollars(cost())),
        make("p", {}, t("job_most_about", { limit: page.limit(job.minutes), name: named(machine()), price: page.dollars(machine().per_hour) })),
        make("p", {}, t("job_paid", { name: job.offer.name })),
        make("button", { type: "button", class: "quiet", "data-do": "other-token", onclick: () => { Object.assign(job, { offer: { needs: "token" }, token: "" }); draw(); } }, t("job_other_token")));
      changed();
    }
    // Another name of the collection: what was not typed follows it.
    page.jobNamed = () => {
      if (!job.chosen || !ready()) return;
      for (const [name, value] of Object.entries(names(filled.collection))) {
        const input = panel.querySelector(`[name=job_${name}]`);
        if (input && !(name in job.typed)) input.value = value;
      }
    };
    draw();
    if (job.chosen && !job.offer && !job.asking && !job.problem) ask();
    return make("fieldset", { class: "where" }, make("legend", {}, t("where")),
      make("div", { class: "variants" },
        card("here", !job.chosen, t("where_here_about", { n: number(told.threads, 0) })),
        card("job", job.chosen, t(able ? "where_job_about" : "where_job_photos"))), panel);
  };

  // A token, typed once: nothing of it stays on the page.
  page.tokenField = (name, use) => {
    const input = make("input", { type: "password", name, autocomplete: "off", onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); go(); } } });
    const go = () => { if (input.value.trim()) use(input.value.trim()); };
    return make("div", { class: "token-field" },
      make("label", { class: "field" }, make("span", {}, t("job_token")), input, make("small", {}, t("job_token_hint"))),
      make("button", { type: "button", class: "quiet", "data-do": "token", onclick: go }, t("job_token_go")));
  };

  // Starts the job that is filled in: {job} or {error}.
  page.startJob = async (intake, collection, form) => {
    const given = { ...names(collection), ...job.typed };
    const begun = await page.ask("start_job", { intake, collection, filled: form, ...given, flavour: machine().name, minutes: job.minutes, most_usd: cost(), private: job.private, token: job.token });
    const reply = begun.error ? begun : await page.poll(1000, () => page.ask("started_job", { task: begun.task }), (one) => !one.busy && one.error?.en !== state.meta.texts.en.no_answer);
    if (!reply.error) {
      if (given.code) burin.remember("code", given.code);
      Object.assign(job, { offer: null, token: "", typed: {}, chosen: false });
    }
    return reply;
  };
});
