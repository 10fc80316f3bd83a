// Runs: all of them, beside them jobs on the Hub, and one while it is under way. What the server says is asked
// for again while anything moves; a run goes on whether this page is there or not.
burin.training.parts.push((page) => {
  const { t, make, number, percent, title, state } = burin;
  const room = page.element.querySelector("#room-runs");
  const EVERY_MS = 1000;
  const STEPS = ["fit", "evaluate", "errors", "export"];
  let shown = 0; // which drawing of the room is the last: older ones stop asking
  let jobs = null; // as they were last told
  let open = null; // {id, events, next, curve, run}: the run that is looked at

  page.rooms.runs = (id) => (id?.startsWith("job-") ? page.oneJob(id.slice(4), ++shown) : id ? one(id) : all());
  const here = (page.inRuns = (mine) => mine === shown && page.room === "runs");
  const ended = (run) => ["finished", "stopped", "failed"].includes(run.state);
  const when = page.when = (time) => (time ? new Intl.DateTimeFormat(state.lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time)) : "");
  const chip = page.stateChip = (run) => make("span", { class: "state", "data-state": run.state }, t("state_" + run.state));
  page.left = ({ seconds_left: seconds }) => (seconds === null ? t("left_unknown")
    : seconds < 90 ? t("left_seconds", { n: number(Math.max(5, Math.round(seconds / 5) * 5), 0) })
      : seconds < 5400 ? t("left_minutes", { n: number(Math.round(seconds / 60), 0) }) : t("left_hours", { n: number(seconds / 3600, 1) }));

  // ---- all of them
  async function all() {
    const mine = ++shown;
    open = null;
    if (!room.querySelector(".runs")) room.replaceChildren(page.waiting());
    await page.poll(2 * EVERY_MS, async () => {
      if (!here(mine)) return null;
      const reply = await page.ask("runs");
      const show = () => { if (here(mine)) room.replaceChildren(reply.error ? page.problem(reply.error, all) : list(reply.runs)); };
      if (jobs || reply.error || reply.runs.length) show(); // the Hub may take its time
      if (reply.error) return reply;
      jobs = (await page.ask("jobs")).jobs || jobs || [];
      show();
      return { all: [...reply.runs, ...jobs] };
    }, (reply) => reply.error || reply.all.every(ended));
  }
  function list(runs) {
    if (!runs.length && !jobs?.length) return make("div", { class: "runs closed" }, make("p", { class: "closed-lead" }, t("runs_none")),
      make("div", { class: "actions" }, make("button", { type: "button", class: "primary", onclick: () => page.go("new") }, t("runs_begin"))));
    const rows = [...runs.map((run) => [run.made, row(run)]), ...(jobs || []).map((job) => [job.made, page.jobRow(job)])];
    return make("ul", { class: "runs" }, ...rows.sort(([one], [other]) => (one < other ? 1 : -1)).map(([, node]) => node));
  }
  function row(run) {
    return make("li", {},
      make("button", { type: "button", class: "run-row", "data-run": run.id, "aria-label": t("open_run", { name: run.collection, when: when(run.made), state: t("state_" + run.state) }), onclick: () => page.go("runs", run.id) },
        make("span", { class: "run-name" }, run.collection, make("small", {}, run.variant)),
        make("span", { class: "run-when" }, when(run.made), run.owner ? ` ${t("started_by", { name: run.owner })}` : ""),
        make("span", { class: "run-progress" }, ended(run) ? title(run.message) : run.state === "queued" ? t("waits_for", { n: number(run.before, 0) }) : make("span", { class: "meter", style: `--share:${run.progress}` })),
        make("span", { class: "run-states" }, ...[run.serves ? make("span", { class: "state", "data-state": "live" }, t("serving_now")) : null, chip(run)].filter(Boolean))));
  }

  // ---- one
  async function one(id) {
    const mine = ++shown;
    if (open?.id !== id) {
      open = { id, next: 0, run: null, curve: { at: [], loss: [], active: [], "recall@1": [], phases: {}, of: 0 }, offset: 0, prepared: null };
      room.replaceChildren(page.waiting());
    } else if (open.run) draw();
    await page.poll(EVERY_MS, async () => {
      if (!here(mine)) return null;
      const reply = await page.ask("run", { run: id, since: open.next });
      if (!here(mine)) return null;
      if (reply.error && !open.run) room.replaceChildren(back(), page.problem(reply.error, () => one(id)));
      if (reply.error) return reply;
      open.next = reply.next;
      reply.events.forEach((event) => learn(open, event));
      open.run = reply.run;
      draw();
      return reply;
    }, (reply) => (reply.error ? reply.error.en !== state.meta.texts.en.no_answer : ended(reply.run)));
  }
  // One event of a run into its curve, laid end to end over the phases.
  function learn(run, event) {
    const { curve } = run;
    if (event.prepared !== undefined) run.prepared = event.prepared < event.pictures ? { n: event.prepared, of: event.pictures } : null;
    if (event.phase === undefined || event.step === undefined) return;
    if (!(event.phase in curve.phases)) {
      run.offset = curve.at.length ? Math.max(...curve.at) + 1 : 0;
      curve.phases[event.phase] = run.offset;
    }
    run.prepared = null;
    const at = run.offset + event.step;
    if (event.validation) {
      if (curve.at.at(-1) !== at) put(curve, at, {});
      curve["recall@1"][curve.at.length - 1] = event.validation["recall@1"];
    } else if (event.loss !== undefined || event.triplet !== undefined) {
      put(curve, at, { loss: event.loss ?? event.triplet, active: event.active });
    }
    if (event.of) curve.of = Math.max(curve.of, run.offset + event.of);
  }
  function put(curve, at, { loss, active }) {
    curve.at.push(at);
    curve.loss.push(loss);
    curve.active.push(active);
    curve["recall@1"].push(undefined);
  }

  const back = page.backToRuns = () => make("button", { type: "button", class: "back", onclick: () => page.go("runs") }, `← ${t("all_runs")}`);
  function draw() {
    const { run, curve } = open;
    const head = make("header", { class: "run-head" }, back(),
      make("div", { class: "run-title" }, make("h2", {}, run.collection), chip(run)),
      make("p", { class: "note" }, [run.variant, when(run.made), run.owner ? t("started_by", { name: run.owner }) : null].filter(Boolean).join(" · ")));
    const message = ended(run) ? make("p", { class: "run-message", "data-state": run.state, role: "status" }, title(run.message)) : null;
    const plots = curve.at.length ? page.plots(curve) : null;
    if (!room.querySelector(`.run[data-run="${run.id}"]`)) {
      room.replaceChildren(make("article", { class: "run", "data-run": run.id },
        make("div", { class: "run-top" }), make("div", { class: "run-plots" }), make("div", { class: "run-result" }), log(run), removal(run)));
    }
    const article = room.querySelector(".run");
    article.dataset.state = run.state;
    const held = article.querySelector(".run-top").contains(document.activeElement) && document.activeElement.dataset.do;
    article.querySelector(".run-top").replaceChildren(...[head, ended(run) ? null : progress(run), message].filter(Boolean));
    if (held) article.querySelector(`[data-do=${held}]`)?.focus();
    if (plots) article.querySelector(".run-plots").replaceChildren(plots);
    article.querySelector(".run-removal").hidden = !ended(run);
    if (run.state === "finished") page.showResult(article.querySelector(".run-result"), run);
  }
  function progress(run) {
    const waiting = run.state === "queued";
    const at = STEPS.indexOf(run.step);
    const stops = run.state === "stopping";
    return make("div", { class: "under-way", role: "status" },
      make("div", { class: "under-way-said" },
        make("b", {}, waiting ? t("waits_for", { n: number(run.before, 0) }) : percent(run.progress)),
        waiting ? null : make("span", {}, page.left(run))),
      make("span", { class: "meter", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": Math.round(run.progress * 100), "aria-label": t("state_" + run.state), style: `--share:${run.progress}` }),
      make("ol", { class: "run-steps" }, ...STEPS.map((name, index) => make("li", { class: index < at ? "is-done" : index === at ? "is-now" : "", ...(index === at ? { "aria-current": "step" } : {}) },
        t("run_" + name), run.seconds[name] ? make("small", {}, `${number(run.seconds[name], 0)} s`) : null))),
      open.prepared ? make("p", { class: "note" }, t("preparing", { n: number(open.prepared.n, 0), of: number(open.prepared.of, 0) })) : null,
      make("div", { class: "actions" },
        make("button", { type: "button", class: "quiet", "data-do": "stop", onclick: stop }, t(stops ? "stop_now" : "stop")),
        make("span", { class: "note" }, t(stops ? "stop_now_hint" : "stop_hint"))));
  }
  async function stop(event) {
    event.target.disabled = true;
    const reply = await page.ask("stop", { run: open.id });
    if (reply.error) return event.target.after(page.problem(reply.error));
    open.run = reply.run;
    draw();
  }

  function log(run) {
    const text = make("pre", { tabindex: "0" });
    const details = make("details", { class: "more run-log", ontoggle: async () => {
      const mine = shown;
      await page.poll(2 * EVERY_MS, async () => {
        if (!details.open || !here(mine)) return null;
        const reply = await page.ask("run_log", { run: run.id });
        const low = text.scrollTop + text.clientHeight > text.scrollHeight - 30;
        text.textContent = reply.error ? title(reply.error) : reply.log;
        if (low) text.scrollTop = text.scrollHeight;
        return reply;
      }, () => ended(open.run));
    } }, make("summary", {}, t("log")), text);
    return details;
  }
  function removal(run) {
    const button = make("button", { type: "button", class: "quiet", "data-do": "remove", onclick: async () => {
      if (button.dataset.sure === undefined) {
        button.dataset.sure = "";
        button.textContent = t("remove_sure");
        return;
      }
      const reply = await page.ask("remove", { run: run.id });
      if (reply.error) return button.after(page.problem(reply.error));
      page.go("runs");
    } }, t("remove_run"));
    return make("div", { class: "run-removal" }, button);
  }
});
