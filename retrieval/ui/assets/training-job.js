// Jobs on the Hub beside the runs of this machine: a row in their list, and one while it is under way.
burin.training.parts.push((page) => {
  const { t, make, title, state } = burin;
  const EVERY_MS = 3000;
  const room = page.element.querySelector("#room-runs");

  const ended = (job) => ["finished", "stopped", "failed"].includes(job.state);
  // Nothing more can be seen of it: also what it pushed has arrived here, where it does.
  const settled = (job) => ended(job) && (job.state !== "finished" || !job.follows.length || job.serves);
  const said = (job) => (job.state === "finished" ? t("published", { ...job, name: job.collection }) : title(job.message));
  const stage = (job) => t("job_stage_" + job.state, { gpu: job.gpu });
  const chip = () => make("span", { class: "state", "data-state": "job" }, t("job_chip"));
  page.jobRow = (job) => make("li", {},
    make("button", { type: "button", class: "run-row", "data-run": `job-${job.id}`, "aria-label": t("open_run", { name: job.collection, when: page.when(job.made), state: t("state_" + job.state) }), onclick: () => page.go("runs", `job-${job.id}`) },
      make("span", { class: "run-name" }, job.collection, make("small", {}, job.variant)),
      make("span", { class: "run-when" }, page.when(job.made), job.owner ? ` ${t("started_by", { name: job.owner })}` : ""),
      make("span", { class: "run-progress" }, ended(job) ? title(job.message) : stage(job)),
      make("span", { class: "run-states" }, ...[job.serves ? make("span", { class: "state", "data-state": "live" }, t("serving_now")) : null, chip(), page.stateChip(job)].filter(Boolean))));

  page.oneJob = async (id, mine) => {
    const there = () => room.querySelector(`.run[data-run="job-${id}"]`);
    if (!there()) room.replaceChildren(page.waiting());
    else there().remove(); // in another language, or come back to
    await page.poll(EVERY_MS, async () => {
      if (!page.inRuns(mine)) return null;
      const reply = await page.ask("job", { job: id });
      if (!page.inRuns(mine)) return null;
      if (!reply.error) draw(reply.job);
      else if (!there()) room.replaceChildren(page.backToRuns(), page.problem(reply.error, () => page.go("runs", `job-${id}`)));
      return reply;
    }, (reply) => (reply.error ? reply.error.en !== state.meta.texts.en.no_answer : settled(reply.job)));
  };

  function draw(job) {
    let article = room.querySelector(`.run[data-run="job-${job.id}"]`);
    if (!article) {
      article = make("article", { class: "run job", "data-run": `job-${job.id}` }, make("div", { class: "run-top" }), reach(job), log(job), facts(job), removal(job));
      room.replaceChildren(article);
    }
    article.dataset.state = job.state;
    const top = article.querySelector(".run-top");
    const held = top.contains(document.activeElement) && document.activeElement.dataset.do;
    top.replaceChildren(...[head(job), ended(job) ? made(job) : underWay(job)]);
    if (held) top.querySelector(`[data-do=${held}]`)?.focus();
    article.querySelector(".job-reach").hidden = job.reached || !job.yours;
    article.querySelector(".run-log").hidden = !(job.yours && job.reached);
    article.querySelector(".run-removal").hidden = !ended(job) && !job.problem && job.reached;
  }
  const head = (job) => make("header", { class: "run-head" }, page.backToRuns(),
    make("div", { class: "run-title" }, make("h2", {}, job.collection), chip(), page.stateChip(job)),
    make("p", { class: "note" }, [job.variant, page.when(job.made), job.owner ? t("started_by", { name: job.owner }) : null].filter(Boolean).join(" · ")));
  const itsPage = (job) => make("a", { class: "quiet", href: job.url, target: "_blank", rel: "noopener noreferrer" }, t("job_page"));
  function underWay(job) {
    return make("div", { class: "under-way", role: "status" },
      make("div", { class: "under-way-said" }, make("b", {}, stage(job)), make("span", {}, t("job_at_most", { cost: page.dollars(job.most_usd), limit: page.limit(job.minutes) }))),
      make("span", { class: job.state === "queued" ? "meter" : "meter is-endless", style: "--share:0" }),
      job.problem ? page.problem(job.problem) : null,
      job.yours && job.reached ? null : make("p", { class: "note" }, t(job.yours ? "job_unreached" : "job_not_yours", { name: job.owner, when: page.when(job.seen || job.made) })),
      make("div", { class: "actions" },
        job.yours && job.reached ? make("button", { type: "button", class: "quiet", "data-do": "stop-job", ...(job.state === "stopping" ? { disabled: "" } : {}), onclick: (event) => stop(event, job) }, t("stop")) : null,
        itsPage(job), job.yours && job.reached ? make("span", { class: "note" }, t("job_stop_hint")) : null));
  }
  function made(job) {
    const arrives = job.follows.length ? t(job.serves ? "job_serves" : "job_arrives", { dataset: job.dataset, names: job.follows.join(", ") }) : null;
    return make("div", {},
      make("p", { class: "run-message", "data-state": job.state, role: "status" }, said(job)),
      arrives && job.state === "finished" ? make("p", { class: "service-said job-arrives" }, arrives) : null,
      job.notice && job.state === "finished" && !job.serves ? make("p", { class: "note" }, title(job.notice)) : null,
      make("div", { class: "actions" },
        job.serves ? make("a", { class: "primary", href: `${burin.root()}/?collection=${encodeURIComponent(job.follows[0])}` }, t("search_with_it")) : null,
        itsPage(job)));
  }
  async function stop(event, job) {
    event.target.disabled = true;
    const reply = await page.ask("stop_job", { job: job.id });
    if (reply.error) return event.target.after(page.problem(reply.error));
    draw(reply.job);
  }
  // After a restart nothing remembers the token that was typed.
  function reach(job) {
    const place = make("div", { class: "job-reach", hidden: "" }), wrong = make("div", { "aria-live": "polite" });
    place.append(page.tokenField("reach_token", async (token) => {
      const reply = await page.ask("job", { job: job.id, token });
      place.querySelector("[name=reach_token]").value = "";
      if (reply.error) return wrong.replaceChildren(page.problem(reply.error));
      place.closest(".run").remove(); // drawn anew, with its log
      draw(reply.job);
    }), wrong);
    return place;
  }
  function facts(job) {
    const row = (key, text, commit) => make("div", {}, make("dt", {}, t(key)), make("dd", {}, text, commit ? make("code", { title: commit }, commit.slice(0, 8)) : null));
    return make("dl", { class: "facts-list job-facts" },
      row("job_machine", page.machineName(job.flavour, job.gpu)), row("job_limit", page.limit(job.minutes)),
      row("job_paid_by", job.account), row("job_pictures_of", job.pictures, job.pictures_commit), row("job_code_of", job.code, job.code_commit),
      row("model_of", job.model), row("job_dataset_of", job.dataset, job.commit), row("version", job.version));
  }
  function log(job) {
    const text = make("pre", { tabindex: "0" });
    const details = make("details", { class: "more run-log", ...(ended(job) ? {} : { open: "" }) }, make("summary", {}, t("log")), text);
    details.ontoggle = () => page.poll(EVERY_MS, async () => {
      if (!details.open || !details.isConnected || details.hidden) return null;
      const reply = await page.ask("job_log", { job: job.id });
      const low = text.scrollTop + text.clientHeight > text.scrollHeight - 30;
      text.textContent = reply.error ? title(reply.error) : reply.log || t("job_log_none");
      if (low) text.scrollTop = text.scrollHeight;
      return reply;
    }, () => ["finished", "stopped", "failed"].includes(details.closest(".run")?.dataset.state));
    return details;
  }
  function removal(job) {
    const button = make("button", { type: "button", class: "quiet", "data-do": "forget-job", onclick: async () => {
      const reply = await page.ask("forget_job", { job: job.id });
      if (reply.error) return button.after(page.problem(reply.error));
      page.go("runs");
    } }, t("job_forget"));
    return make("div", { class: "run-removal", hidden: "" }, button, make("span", { class: "note" }, t("job_forget_hint")));
  }
});
