// A new run: pictures come, are looked at, a way to learn is chosen, and it starts.
burin.training.parts.push((page) => {
  const { t, make, number, percent, state } = burin;
  const room = page.element.querySelector("#room-new");
  let told = null; // the form and its limits, from the server
  let taken = null; // {intake, check, sheet}: the pictures that are here
  let busy = null; // {name, share}: what arrives or is looked at
  let problem = null;
  const filled = { variant: null, run: {}, data: {}, phases: [], collection: "" };

  page.rooms.new = async () => {
    if (!page.visitor.may) {
      document.querySelector(".colophon .how").open = true; // what it would be like
      return room.replaceChildren(closed());
    }
    if (!told) {
      room.replaceChildren(page.waiting());
      const reply = await page.ask("new_run");
      if (reply.error) return room.replaceChildren(page.problem(reply.error, page.rooms.new));
      told = reply;
      filled.variant ||= told.form.default;
    }
    draw();
  };
  page.newAgain = () => { told = taken = problem = null; };

  // ---- for those who may not
  function closed() {
    const { reason, name } = page.visitor;
    const space = document.querySelector(".colophon [data-t=duplicate]")?.href;
    return make("div", { class: "closed" },
      make("h2", {}, t("closed_title")),
      make("p", { class: "closed-lead" }, t("closed_lead")),
      reason ? make("p", { class: "note" }, t("closed_" + reason, { name })) : null,
      make("div", { class: "actions" },
        reason === "sign_in" && page.signIn ? make("a", { class: "primary", href: page.signIn }, t("sign_in")) : null,
        space ? make("a", { class: reason === "sign_in" ? "quiet" : "primary", href: space, target: "_blank", rel: "noopener noreferrer" }, t("duplicate_to_train")) : null,
        make("button", { type: "button", class: "quiet", onclick: () => page.go("models") }, t("see_models"))));
  }

  // ---- the steps
  const step = (n, key, ...content) => make("section", { class: "step", "data-step": n },
    make("h3", {}, make("span", { class: "step-n", "aria-hidden": "true" }, String(n)), t("step_" + key)), ...content.filter(Boolean));
  function draw() {
    const focus = room.contains(document.activeElement) ? document.activeElement.name || document.activeElement.dataset.do : null;
    const ready = taken?.intake.ready && taken.check;
    room.replaceChildren(...[
      step(1, "pictures", bring()),
      taken ? step(2, "look", page.checked(taken)) : null,
      ready ? step(3, "how", page.formOf(told.form, filled, draw)) : null,
      ready ? step(4, "start", starting()) : null,
    ].filter(Boolean));
    if (focus) room.querySelector(`[name="${focus}"], [data-do="${focus}"]`)?.focus();
  }

  // ---- pictures come
  function bring() {
    if (busy) return arriving();
    const input = make("input", { type: "file", name: "zip", class: "visually-hidden", accept: ".zip,.csv,application/zip", multiple: "", tabindex: "-1", "aria-hidden": "true", onchange: () => take([...input.files]) });
    if (taken) return make("div", { class: "taken" },
      make("p", {}, t("before_one", { name: taken.intake.name || taken.intake.hub, n: number(taken.check?.pictures ?? taken.intake.pictures, 0) })),
      make("button", { type: "button", class: "quiet", "data-do": "again", onclick: () => { taken = problem = null; draw(); } }, t("zip_again")));
    const drop = make("div", { class: "drop zip-drop", onclick: () => input.click() },
      make("div", {},
        icon(),
        make("p", { class: "drop-title" }, t("zip_drop")),
        make("p", { class: "drop-note" }, t("zip_note", { mb: number(told.most / 1e6, 0) })),
        make("button", { type: "button", class: "primary", "data-do": "zip", onclick: (event) => { event.stopPropagation(); input.click(); } }, t("zip_choose"))),
      make("p", { class: "drop-over", "aria-hidden": "true" }, t("zip_over")));
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("is-over"); take([...event.dataTransfer.files]); });
    return make("div", { class: "bring" }, input, drop, problem ? page.problem(problem) : null, before(), hub());
  }
  function icon() {
    const place = make("span", { class: "drop-icon", "aria-hidden": "true" });
    place.innerHTML = '<svg viewBox="0 0 48 48"><path d="M6 15h13l4 5h19v20H6zM12 15V9h24v11M18 26h12M18 32h8"/></svg>';
    return place;
  }
  function before() {
    if (!told.intakes.length) return null;
    return make("div", { class: "before" }, make("span", { class: "eyebrow" }, t("before_title")),
      ...told.intakes.map((one) => make("button", { type: "button", class: "chip", onclick: () => look({ name: one.name || one.hub }, () => page.ask("look_again", { intake: one.id })) },
        one.pictures ? t("before_one", { name: one.name || one.hub, n: number(one.pictures, 0) }) : one.hub)));
  }
  function hub() {
    const field = (name, key, value = "") => make("label", { class: "field" }, make("span", {}, t(key)), make("input", { type: "text", name, value, spellcheck: "false", autocomplete: "off" }));
    const form = make("form", { class: "fields", onsubmit: (event) => {
      event.preventDefault();
      const value = (name) => form.querySelector(`[name=${name}]`).value.trim();
      look({ name: value("hub") }, () => page.ask("hand_in", { name: value("hub").split("/").at(-1), hub: value("hub"), image_column: value("image_column"), label_column: value("label_column") }));
    } }, field("hub", "hub_name"), field("image_column", "hub_image", "image"), field("label_column", "hub_label", "label"), make("button", { type: "submit", class: "quiet" }, t("hub_take")));
    return make("details", { class: "more" }, make("summary", {}, t("hub_title")), form);
  }
  function arriving() {
    const arrives = busy.share !== null;
    return make("div", { class: "arriving", role: "status" },
      make("p", {}, arrives ? t("zip_arriving", { name: busy.name, share: percent(busy.share) }) : t("zip_looking")),
      make("span", { class: arrives ? "meter" : "meter is-endless", style: `--share:${busy.share ?? 0}` }),
      make("button", { type: "button", class: "quiet", "data-do": "cancel", onclick: () => { busy = null; draw(); } }, t("zip_cancel")));
  }

  async function take(files) {
    const zip = files.find((file) => /\.zip$/i.test(file.name)), table = files.find((file) => /\.csv$/i.test(file.name));
    problem = !zip ? both("zip_wanted") : zip.size > told.most ? both("zip_too_big", { mb: number(zip.size / 1e6, 0), most: number(told.most / 1e6, 0) }) : null;
    if (problem) return draw();
    const mine = (busy = { name: zip.name, share: 0 });
    draw();
    const total = zip.size + (table?.size || 0);
    const sent = [];
    for (const file of [zip, table].filter(Boolean)) {
      const id = await send(file, mine, (bytes) => { mine.share = ((file === table ? zip.size : 0) + bytes) / total; });
      if (busy !== mine) return;
      if (id.error) return fail(id.error);
      sent.push(id);
    }
    look(mine, () => page.ask("hand_in", { name: zip.name.replace(/\.zip$/i, ""), upload: sent[0], table: sent[1] || null }));
  }
  const both = (key, values = {}) => Object.fromEntries(["en", "fr"].map((lang) => [lang, state.meta.texts[lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "")]));
  function fail(error) { busy = null; problem = error; draw(); }

  // In pieces, each below the limit of a request; one that did not arrive is sent again.
  async function send(file, mine, progress) {
    const begun = await page.ask("upload_begin", { bytes: file.size });
    if (begun.error) return begun;
    for (let at = 0, lost = 0; at < file.size && busy === mine;) {
      const piece = await asDataUrl(file.slice(at, at + told.piece));
      const reply = await page.ask("upload_part", { upload: begun.upload, at, piece });
      if (reply.error) {
        lost += 1;
        if (lost > 3 || reply.error.en !== state.meta.texts.en.no_answer) return reply;
        continue;
      }
      at = reply.bytes;
      progress(at);
      draw();
    }
    return begun.upload;
  }
  const asDataUrl = (blob) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

  // Looked at by the server, which takes its time: asked for until it is there.
  async function look(what, begin) {
    const mine = (busy = { name: what.name, share: null });
    problem = null;
    draw();
    const begun = await begin();
    if (busy !== mine) return;
    if (begun.error) return fail(begun.error);
    const reply = await page.poll(700, () => (busy === mine ? page.ask("task", { task: begun.task }) : null), (one) => !one.busy);
    if (busy !== mine || !reply) return;
    if (reply.error) return fail(reply.error);
    busy = null;
    taken = reply;
    filled.collection ||= (reply.intake.name || "").toLowerCase().normalize("NFD").replace(/[^a-z0-9_-]+/g, "-").replace(/^[^a-z0-9]+|-+$/g, "").slice(0, 40);
    draw();
    room.querySelector("[data-step='2']")?.scrollIntoView({ block: "nearest" });
  }

  // ---- it starts
  function starting() {
    const input = make("input", { type: "text", name: "called", value: filled.collection, maxlength: "40", pattern: "[a-z0-9][a-z0-9_\\-]{0,39}", required: "", spellcheck: "false", autocomplete: "off", oninput: () => { filled.collection = input.value; page.jobNamed(); } });
    const button = make("button", { type: "submit", class: "primary", "data-do": "start" }, t("start"));
    const wrong = make("div", { "aria-live": "polite" });
    const changed = () => {
      button.disabled = !page.jobReady();
      button.textContent = page.jobChosen() ? page.jobStart() : t("start");
    };
    return make("form", { class: "starting", onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      button.textContent = t(page.jobChosen() && !taken.intake.hub ? "job_starting" : "starting");
      wrong.replaceChildren();
      const { collection, ...form } = filled;
      const reply = page.jobChosen() ? await page.startJob(taken.intake.id, collection, form) : await page.ask("start", { intake: taken.intake.id, collection, filled: form });
      changed();
      if (reply.error) return wrong.replaceChildren(page.problem(reply.error));
      page.go("runs", reply.run?.id ?? `job-${reply.job.id}`);
    } },
    make("label", { class: "field" }, make("span", {}, t("name_label")), input, make("small", {}, t("name_hint"))),
    page.where(told, taken, filled, changed),
    make("div", { class: "actions" }, button), wrong);
  }
});
