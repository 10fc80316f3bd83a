// The gallery, the reading above it, and the record that opens from it. Everything here is drawn from the
// last answer, so switching language only draws it again.
burin.parts.results = (element) => {
  const { t, word, make, percent, number, capital, state } = burin;
  const grid = element.querySelector(".grid");
  const reading = element.querySelector(".reading");
  const filters = element.querySelector(".filters");
  const count = element.querySelector("[name=k]");
  const controls = element.querySelector(".controls");
  const ways = element.querySelector(".ways");
  const drawMask = burin.mask(element.querySelector(".mask"));
  const dialog = element.querySelector("dialog");
  const body = dialog.querySelector(".record-body");
  let answer = null, asked = null, note = null;
  let by = "look"; // what the matches of the answer are alike in
  let tagged = null; // the records with the chosen tags, while no picture is asked about
  let list = [], open = 0, opener = null; // the records leafed through in the open record, which one it is, what opened it

  const pictureUrl = (path) => burin.root() + "/" + path;
  function closeness(similarity) {
    return t(burin.shelf().closeness[by].find(([least]) => similarity >= least)?.[1] || "far");
  }
  // What a record is called: its title, where the collection has one, or its label.
  const columns = () => Object.entries(burin.shelf().columns);
  const shownAs = (key) => burin.shelf().columns[key]?.shown || "text";
  const labelled = (label) => capital(word(label).replaceAll("_", " "));
  function name(record) {
    const title = columns().find(([, column]) => column.shown === "title")?.[0];
    return title && record.fields?.[title] ? capital(word(record.fields[title])) : labelled(record.label);
  }

  // A record's picture; a quiet tile with its name where it has none, or none that can be shown.
  function picture(match, label, lazily) {
    const tile = () => make("span", { class: "no-picture", role: "img", "aria-label": t("no_picture", { label, id: match.id }) }, make("span", { "aria-hidden": "true" }, label));
    if (!match.picture) return tile();
    const image = make("img", { src: pictureUrl(match.picture), alt: t("picture_of", { label, id: match.id }), ...lazily, width: 384, height: 384 });
    image.onerror = () => image.replaceWith(tile());
    return image;
  }

  // ---- the gallery
  function card(match, index) {
    const label = name(match);
    const similarity = match.similarity === undefined ? null : number(match.similarity, 2);
    const spoken = similarity === null ? t("open_sample", { label })
      : t("open_record", { label, rank: match.rank, similarity, closeness: closeness(match.similarity) });
    return make("li", { class: "card" },
      make("button", { type: "button", class: "card-open", "aria-label": spoken, "data-id": match.id, onclick: () => { list = matches(); show(index); } },
        picture(match, label, { loading: "lazy", decoding: "async" }),
        make("span", { class: "card-text" },
          similarity === null ? null : make("span", { class: "card-rank" }, String(match.rank)),
          make("span", { class: "card-label" }, label)),
        similarity === null ? null : make("span", { class: "card-likeness" },
          make("span", { class: "meter", style: `--share:${Math.max(0, match.similarity)}` }),
          make("span", { class: "card-similarity" }, similarity),
          make("span", { class: "card-words" }, closeness(match.similarity)))),
      make("button", { type: "button", class: "card-like", "aria-label": t("more_like_label", { label, id: match.id }), title: t("more_like"), onclick: () => like(match) }, "≈"));
  }
  const matches = () => answer?.matches || tagged || state.meta.collections[state.collection].samples;

  function draw() {
    const focused = document.activeElement?.closest?.(".card-open, .card-like");
    const keep = grid.contains(focused) ? [focused.className, [...grid.children].indexOf(focused.closest("li"))] : null;
    const bare = !burin.shelf().gallery;
    grid.replaceChildren(...(bare ? [] : matches().map(card)));
    controls.hidden = bare;
    ways.hidden = !burin.shelf().by.includes("layout");
    grid.classList.toggle("is-sample", !answer);
    grid.classList.toggle("is-scenes", !ways.hidden); // what is where shows in a whole picture
    drawMask(answer?.mask);
    if (keep) grid.children[keep[1]]?.querySelector("." + keep[0])?.focus();
    reading.replaceChildren(...read());
    drawFilters();
    count.nextElementSibling.textContent = number(state.k, 0);
    if (dialog.open) drawRecord();
  }

  // ---- the reading: what it is, how sure, how long it took
  function read() {
    if (note) return [make("p", { class: "sentence", "data-kind": note.kind }, noteText())];
    if (tagged && !tagged.length) return [make("p", { class: "sentence" }, t("none_with_tags"))];
    if (!answer) return [make("p", { class: "invitation" }, t("invitation")), grid.childElementCount ? make("p", { class: "eyebrow" }, t("from_collection")) : null].filter(Boolean);
    const total = number(answer.timings_ms.total ?? 0, 0);
    const took = !grid.childElementCount ? t("took_none", { ms: total })
      : t(answer.matches.length === 1 ? "took_one" : "took", { n: number(answer.matches.length, 0), ms: total });
    const foot = make("p", { class: "took" }, asked.kind !== "auto" || !burin.takesDrawings() ? took : `${took} · ${t("taken_for_" + answer.kind)}`);
    if (asked.like) {
      const like = make("p", { class: "guess" }, make("span", { class: "eyebrow" }, t("like_of")), make("strong", {}, `${asked.name}, ${asked.like}`));
      return [like, foot];
    }
    const lines = [];
    if (!answer.in_domain) lines.push(make("p", { class: "sentence", "data-kind": "far" }, t("not_here")));
    else if (answer.label) {
      lines.push(make("p", { class: "guess" },
        make("span", { class: "eyebrow" }, t("best_guess")),
        make("strong", {}, labelled(answer.label)),
        answer.confidence === null ? null : make("span", { class: "sure", style: `--share:${answer.confidence}` },
          t("confidence", { p: answer.confidence > 0.99 ? t("over", { p: percent(0.99) }) : percent(answer.confidence) }))));
    }
    if (!answer.matches.length && state.tags.length) lines.push(make("p", { class: "sentence" }, t("none_with_tags")));
    return [...lines, foot];
  }
  const noteText = () => note.key ? t(note.key, note.values) : note[state.lang] || note.en;

  // ---- tags as filters
  function drawFilters() {
    filters.replaceChildren(...(state.tags.length ? [make("span", {}, t("only"))] : []), ...state.tags.map((tag) =>
      make("button", { type: "button", class: "chip is-on", "aria-label": t("remove_tag", { tag: word(tag) }), onclick: () => setTags(state.tags.filter((one) => one !== tag)) }, word(tag), " ×")));
  }
  function setTags(tags) {
    state.tags = tags;
    drawFilters();
    if (!burin.again()) browse();
  }
  const browse = () => state.tags.length ? burin.ask({}) : burin.dismiss(null);

  // ---- the record
  function value(content) {
    if (content === null || content === undefined || content === "") return "—";
    if (Array.isArray(content)) return content.map((one) => typeof one === "number" ? number(one, Number.isInteger(one) ? 0 : 2) : word(one)).join(", ");
    if (typeof content === "object") return JSON.stringify(content);
    if (typeof content === "string" && /^https?:\/\//.test(content)) return make("a", { href: content, target: "_blank", rel: "noopener noreferrer" }, content);
    return typeof content === "number" ? String(content) : word(content);
  }
  // Where the motif is, when the record says it as shares of the picture: left, top, right, bottom.
  function frame(box) {
    if (!Array.isArray(box) || box.length !== 4 || box.some((share) => !(share >= 0 && share <= 1))) return null;
    const [left, top, right, bottom] = box.map((share) => share * 100);
    return make("span", { class: "motif-frame", "aria-hidden": "true", style: `left:${left}%;top:${top}%;width:${right - left}%;height:${bottom - top}%` });
  }
  // Ingredients as points, instructions as numbered steps: a list, or a text with one of them a line.
  function points(title, shown, content) {
    const lines = (Array.isArray(content) ? content : String(content ?? "").split("\n")).filter(Boolean);
    if (!lines.length) return [];
    return [
      make("h3", { class: "eyebrow" }, title),
      make(shown === "steps" ? "ol" : "ul", { class: `points is-${shown}` }, ...lines.map((line) => make("li", {}, word(line)))),
    ];
  }
  function drawRecord() {
    const match = list[open];
    const label = name(match);
    const row = (term, content) => make("div", {}, make("dt", {}, term), make("dd", {}, content));
    const rows = [row(t("reference"), match.id), row(t("label"), labelled(match.label))];
    const long = [];
    if (match.similarity !== undefined) rows.push(row(t("similarity"), `${number(match.similarity, 3)} · ${closeness(match.similarity)}`));
    for (const [key, content] of Object.entries(match.fields)) {
      const column = burin.shelf().columns[key];
      const title = column ? burin.title(column) : capital(key.replaceAll("_", " "));
      const shown = shownAs(key);
      if (shown === "list" || shown === "steps") long.push(...points(title, shown, content));
      else if (shown === "share") rows.push(row(title, percent(content ?? 0)));
      else if (shown === "text") rows.push(row(title, value(content)));
    }
    const held = body.contains(document.activeElement);
    body.replaceChildren(
      make("figure", {}, frame(match.fields.box), picture(match, label)),
      make("div", { class: "record-text" },
        make("p", { class: "eyebrow" }, match.rank ? t("rank", { n: match.rank }) : t("record")),
        make("h2", { id: "record-title" }, label),
        make("button", { type: "button", class: "primary", "data-do": "like", onclick: () => like(match) }, t("more_like")),
        ...long,
        make("dl", {}, ...rows),
        match.tags.length ? make("h3", { class: "eyebrow" }, t("tags")) : null,
        make("div", { class: "chips" }, ...match.tags.map((tag) =>
          make("button", { type: "button", class: "chip", "aria-label": t("filter_by", { tag: word(tag) }), onclick: () => { dialog.close(); setTags([...new Set([...state.tags, tag])]); } }, word(tag))))));
    dialog.querySelector("[data-do=previous]").disabled = open === 0;
    dialog.querySelector("[data-do=next]").disabled = open === list.length - 1;
    if (dialog.open && (held || document.activeElement === document.body)) dialog.focus();
  }
  function show(index) {
    open = index;
    drawRecord();
    if (!dialog.open) {
      opener = document.activeElement;
      dialog.showModal();
    }
    body.scrollTop = 0;
  }
  function like(match) {
    if (dialog.open) dialog.close();
    burin.ask({ like: match.id, name: name(match) });
    const results = element.querySelector("#results"), { top } = results.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) results.scrollIntoView({ block: "start" });
  }
  const step = (by) => { if (list[open + by]) show(open + by); };
  dialog.querySelector("[data-do=previous]").onclick = () => step(-1);
  dialog.querySelector("[data-do=next]").onclick = () => step(1);
  document.addEventListener("keydown", (event) => {
    if (!dialog.open) return;
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  // The event comes a while after the dialog is gone and has given the focus back: a visitor who is quicker keeps theirs.
  dialog.addEventListener("close", () => {
    if (![opener, document.body].includes(document.activeElement)) return;
    [...grid.querySelectorAll(".card-open")].find((card) => card.dataset.id === list[open].id)?.focus();
  });

  // ---- what the results are alike in
  ways.onchange = (event) => {
    state.by = event.target.value;
    burin.again();
  };

  // ---- number of results
  function bound() {
    const { least, most } = burin.shelf().k;
    Object.assign(count, { min: least, max: most, value: state.k });
  }
  bound();
  count.oninput = () => {
    state.k = Number(count.value);
    count.nextElementSibling.textContent = number(state.k, 0);
  };
  count.onchange = () => burin.again();

  burin.on("answer", (event) => {
    answer = event.answer;
    asked = event.question.query;
    by = event.question.body.by;
    note = tagged = null;
    draw();
  });
  burin.on("records", (records) => {
    answer = null;
    tagged = records;
    draw();
  });
  burin.on("error", (error) => {
    if (!error.key) answer = null; // the server refused this picture: older results are not its answer
    note = { kind: "error", ...error };
    draw();
  });
  burin.on("idle", (reason) => {
    answer = tagged = null;
    note = reason ? { kind: "hint", key: reason } : null;
    draw();
    if (state.tags.length) browse();
  });
  burin.on("busy", (busy) => {
    const results = element.querySelector("#results");
    results.classList.toggle("is-busy", busy);
    results.setAttribute("aria-busy", String(busy));
  });
  burin.on("language", draw);
  burin.on("collection", () => {
    bound();
    ways.querySelector(`[value=${state.by}]`).checked = true;
    draw();
  });
  draw();
};
