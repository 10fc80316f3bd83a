// Models in use: a shelf of the open collections, and all that is known of the one that is chosen.
burin.training.parts.push((page) => {
  const { t, make, number, percent, title, state } = burin;
  const shelves = page.element.querySelector(".shelves");
  const place = page.element.querySelector(".model");
  const drawn = new Map(); // name@version -> {map, mixed}: what the server computed once
  let models = null, shown = null;

  page.rooms.models = async (name) => {
    if (!models) {
      shelves.replaceChildren(page.waiting());
      const reply = await page.ask("models");
      if (reply.error) return shelves.replaceChildren(page.problem(reply.error, () => page.rooms.models(name)));
      models = reply.models;
    }
    const model = models.find((one) => one.name === name) || models.find((one) => one.name === shown) || models[0];
    shown = model.name;
    shelves.replaceChildren(...models.map((one) => card(one, one === model)));
    show(model);
  };
  page.forgetModels = () => { models = null; };

  // ---- the shelf
  function card(model, chosen) {
    const records = number(model.records, 0), labels = number(model.labels, 0);
    const masks = model.readings.includes("mask") && !model.samples.length;
    const strip = model.samples.length
      ? model.samples.map((record) => page.picture(record, page.nameOf(record, model)))
      : masks ? state.meta.categories.slice(0, 7).map(({ colour }) => make("i", { style: `background:${colour}` }))
        : model.names.map((name) => make("span", { class: "no-picture" }, page.named(name, model)));
    const counted = [model.records ? t("records_count", { n: records }) : null, t(model.readings.includes("mask") ? "categories_count" : "labels_count", { n: labels })].filter(Boolean).join(" · ");
    return make("button", { type: "button", class: "shelf", "aria-pressed": String(chosen), "aria-label": t("model_card", { title: title(model.titles), records, labels }), onclick: () => page.go("models", model.name) },
      make("span", { class: "shelf-strip" }, ...strip),
      make("span", { class: "shelf-title" }, title(model.titles)),
      make("span", { class: "shelf-note" }, counted));
  }

  // ---- one model
  function show(model) {
    const map = make("section", { class: "model-map" }, make("h3", {}, t("map")), page.waiting());
    const mixed = make("section", { class: "model-mixed" });
    const curve = model.training.curve?.at?.length ? make("section", { class: "model-curve" }, make("h3", {}, t("curve")), page.plots(model.training.curve)) : null;
    place.replaceChildren(
      make("header", { class: "model-head" },
        make("h2", {}, title(model.titles)),
        model.notice ? make("p", { class: "note" }, title(model.notice)) : null),
      make("div", { class: "model-facts" },
        make("section", {}, make("h3", {}, t("made_by")), facts(model), stages(model)),
        make("section", {}, make("h3", {}, t("measured")), ...(model.figures.length ? page.figures([...model.figures].sort((a, b) => Boolean(b.shares.length) - Boolean(a.shares.length)), model) : [make("p", { class: "note" }, t("no_figures"))]))),
      ...[curve, map, mixed].filter(Boolean));
    if (model.map) fill(model, "map", "embedding_map", (reply) => map.replaceChildren(make("h3", {}, t("map")), page.drawMap(reply, model)), map);
    else map.replaceChildren(make("h3", {}, t("map")), make("p", { class: "note" }, t("no_map")));
    // What no vote decides, or where every record has a name of its own, is not mixed up by one.
    if (model.votes && model.labels < model.records) fill(model, "mixed", "mixed_up", (reply) => mixed.replaceChildren(make("h3", {}, t("mixed")), ...confusion(reply, model)), mixed);
    else mixed.remove();
  }
  async function fill(model, what, question, use, part) {
    const key = `${model.name}@${model.version}`;
    const kept = drawn.get(key) || {};
    drawn.set(key, kept);
    kept[what] ||= await page.ask(question, model.name);
    if (!part.isConnected) return;
    if (kept[what].error) {
      const { error } = kept[what];
      delete kept[what];
      part.replaceChildren(page.problem(error, () => fill(model, what, question, use, part)));
    } else use(kept[what]);
  }

  const row = (term, ...content) => make("div", {}, make("dt", {}, term), make("dd", {}, ...content));
  function facts(model) {
    const { training } = model, [height, width] = training.size;
    const from = model.repository || t("source_" + model.source);
    return make("dl", { class: "facts-list" },
      row(t("version"), model.version.slice(0, 20)),
      row(t("came_from"), from, model.revision ? make("code", { title: model.revision }, model.revision.slice(0, 8)) : null),
      model.model_repository ? row(t("model_of"), model.model_repository, model.model_revision ? make("code", { title: model.model_revision }, model.model_revision.slice(0, 8)) : null) : null,
      training.backbone ? row(t("backbone"), training.backbone) : null,
      training.variant && training.dim ? row(t("variant"), training.variant) : null,
      height ? row(t("takes"), height === width ? `${number(height, 0)} px` : `${number(width, 0)} × ${number(height, 0)} px`) : null,
      row(t("gives"), training.dim ? t("gives_vector", { n: number(training.dim, 0) }) : t("gives_mask", { n: number(model.labels, 0) })),
      training.data.length && model.source !== "run" ? row(t("learnt_from"), training.data.join(", ")) : null);
  }
  function stages(model) {
    const { stages: phases } = model.training;
    if (!phases.length) return model.training.variant === "raw" ? make("p", { class: "note" }, t("untrained")) : null;
    return make("div", {}, make("h4", { class: "eyebrow" }, t("stages")), make("ol", { class: "stages" }, ...phases.map((phase) => make("li", {},
      make("b", {}, page.term(phase.miner || phase.name || model.training.variant, model)),
      make("span", {}, [t("stage_" + phase.unit, { n: number(phase.amount, 0) }), phase.size ? t("stage_at", { n: phase.size }) : null].filter(Boolean).join(", "))))));
  }

  // ---- what it takes for what
  function confusion(found, model) {
    const said = [t("mixed_about", { asked: number(found.asked, 0), right: number(found.right, 0), share: percent(found.right / Math.max(1, found.asked)) }), t("mixed_own"), found.alone ? t("mixed_alone", { n: number(found.alone, 0) }) : null].filter(Boolean).join(" ");
    const wrong = found.pairs.length ? make("ul", { class: "pairs" }, ...found.pairs.map((pair) => pairCard(pair, model))) : make("p", { class: "sentence" }, t("mixed_none"));
    return [make("p", { class: "note" }, said), found.counts ? matrix(found, model) : null, wrong].filter(Boolean);
  }
  function pairCard(pair, model) {
    const label = page.named(pair.label, model), other = page.named(pair.other, model);
    const counted = (n, of) => t("mixed_count", { n: number(n, 0), of: number(of, 0) });
    const said = [t("mixed_pair", { label, other }) + ": " + counted(pair.count, pair.of)];
    if (pair.back) said.push(t("mixed_pair", { label: other, other: label }) + ": " + counted(pair.back, pair.back_of));
    return make("li", { class: "pair", title: said.join("\n") },
      make("span", { class: "pair-pictures", "aria-hidden": "true" }, page.picture(pair.record, label), page.picture(pair.nearest, other)),
      make("span", { class: "visually-hidden" }, said.join(". ")),
      make("span", { class: "pair-names", "aria-hidden": "true" }, make("b", {}, label), make("i", {}, pair.back ? "⇄" : "→"), make("b", {}, other)),
      make("span", { class: "pair-count", "aria-hidden": "true" }, counted(pair.count, pair.of), pair.back ? ` · ${counted(pair.back, pair.back_of)}` : null));
  }
  function matrix(found, model) {
    const names = found.labels.map((label) => page.named(label, model));
    const cell = (count, row, column) => {
      const share = count / Math.max(1, found.counts[row].reduce((sum, one) => sum + one, 0));
      return make("td", { class: row === column ? "is-right" : count ? "is-wrong" : "", style: `--share:${share.toFixed(3)}` }, count ? number(count, 0) : "·");
    };
    return make("div", { class: "matrix-frame", tabindex: "0" }, make("table", { class: "matrix" },
      make("caption", {}, t("mixed_matrix")),
      make("thead", {}, make("tr", {}, make("td", {}), ...names.map((name) => make("th", { scope: "col" }, make("span", {}, name))))),
      make("tbody", {}, ...found.counts.map((counts, row) => make("tr", {}, make("th", { scope: "row" }, names[row]), ...counts.map((count, column) => cell(count, row, column)))))));
  }
});
