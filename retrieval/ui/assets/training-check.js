// What a look at the pictures found, and the form made from the numbers of train/config.py.
burin.training.parts.push((page) => {
  const { t, make, number, percent } = burin;
  const LISTED = 12; // classes that are drawn before "and more"

  page.checked = ({ intake, check, sheet }) => {
    const notes = intake.notes.map((note) => make("p", { class: "note" }, burin.title(note)));
    if (!check) return make("div", {}, make("p", { class: "problem" }, t("not_ready")), ...notes, counts(intake.classes), left(intake));
    const big = (value, key) => make("div", {}, make("b", {}, number(value, 0)), make("span", {}, t(key)));
    return make("div", { class: "checked" },
      make("div", { class: "check-said" },
        make("div", { class: "numbers" }, big(check.pictures, "check_pictures"), big(Object.keys(check.classes).length, "check_classes"),
          big(check.sides.train, "check_train"), big(check.sides.validation, "check_validation"), big(check.sides.test, "check_test")),
        make("h4", {}, t("advice_title")),
        make("ul", { class: "advice" }, ...check.advice.map((one) => make("li", { class: one.code === "good" ? "is-good" : "" }, advice(one)))),
        ...notes,
        make("h4", {}, t("check_counts")),
        counts(check.classes), left(check), alike(check)),
      sheet ? make("figure", { class: "sheet-frame", tabindex: "0" }, make("img", { src: sheet, alt: t("check_sheet") }), make("figcaption", {}, t("check_sheet"))) : null);
  };
  function advice({ code, text, values }) {
    const shown = Object.fromEntries(Object.entries(values).map(([name, value]) => [name,
      Array.isArray(value) ? value.slice(0, 5).join(", ") + (value.length > 5 ? "…" : "")
        : typeof value === "number" ? (["around", "precise"].includes(name) ? percent(value) : number(value, 0)) : value]));
    const said = t("advice_" + code, shown);
    return said === "advice_" + code ? text : said;
  }
  function counts(classes) {
    const all = Object.entries(classes).sort(([, a], [, b]) => b - a), most = Math.max(1, ...all.map(([, n]) => n));
    return make("ul", { class: "counts" },
      ...all.slice(0, LISTED).map(([name, n]) => make("li", {}, make("span", {}, name), make("span", { class: "meter", style: `--share:${n / most}` }), make("b", {}, number(n, 0)))),
      all.length > LISTED ? make("li", { class: "rest" }, t("check_more", { n: number(all.length - LISTED, 0) })) : null);
  }
  const left = ({ broken, broken_total: n }) => (!n ? null : make("details", { class: "more" }, make("summary", {}, t("check_broken", { n: number(n, 0) })),
    make("ul", { class: "listed" }, ...broken.map(([file, reason]) => make("li", {}, make("code", {}, file), ` ${reason}`)))));
  const alike = ({ near_duplicates: pairs, near_duplicates_total: n }) => (!n ? null : make("details", { class: "more" }, make("summary", {}, t("check_twins", { n: number(n, 0) })),
    make("ul", { class: "listed" }, ...pairs.map((pair) => make("li", {}, make("code", {}, pair.one), " = ", make("code", {}, pair.other), pair.alike ? null : make("b", {}, ` ${t("check_two_classes")}`))))));

  // ---- the form. filled: what differs from the defaults of its variant, kept by whoever asks.
  page.formOf = (form, filled, drawAgain) => {
    const variant = form.variants[filled.variant];
    const choose = (name) => { Object.assign(filled, { variant: name, run: {}, data: {}, phases: form.variants[name].phases.map(() => ({})) }); drawAgain(); };
    if (filled.phases.length !== variant.phases.length) filled.phases = variant.phases.map(() => ({}));
    const cards = Object.keys(form.variants).map((name) => make("label", { class: "variant" },
      make("input", { type: "radio", name: "variant", value: name, ...(name === filled.variant ? { checked: "" } : {}), onchange: () => choose(name) }),
      make("span", {}, make("b", {}, said("variant_" + name, name)), make("small", {}, said("variant_" + name + "_about", "")), make("code", {}, name))));
    // Groups of controls: of the run, of its pictures, of each phase. Values that differ are sent, no others.
    const groups = [["of_run", form.run, variant.run, filled.run], ["of_data", form.data, variant.data, filled.data],
      ...variant.phases.map((phase, index) => ["of_phase", form.phase, phase, filled.phases[index], phase.name])];
    const first = groups.flatMap(([, controls, defaults, values, phase]) => form.first.filter((name) => name in controls && name in defaults && !(name === "epochs" && !defaults.epochs))
      .map((name) => control(name, controls[name], defaults[name], values, phase)));
    const more = groups.map(([key, controls, defaults, values, phase]) => make("fieldset", {}, make("legend", {}, t(key, { name: phase })),
      ...Object.keys(controls).filter((name) => !form.first.includes(name)).map((name) => control(name, controls[name], defaults[name], values, phase))));
    return make("div", { class: "how-form" },
      make("div", { class: "variants", role: "radiogroup" }, ...cards),
      make("div", { class: "fields" }, ...first),
      make("details", { class: "more", ...(filled.open ? { open: "" } : {}), ontoggle: (event) => { filled.open = event.target.open; } },
        make("summary", {}, t("all_parameters")), ...more,
        make("button", { type: "button", class: "quiet", onclick: () => choose(filled.variant) }, t("reset"))));
  };
  const said = (key, otherwise) => (t(key) === key ? otherwise : t(key));
  function control(name, { kind, choices, least, most }, given, values, phase) {
    const value = values[name] ?? given, id = [phase, name].filter(Boolean).join(".");
    const keep = (next) => { if (next === given || Number.isNaN(next)) delete values[name]; else values[name] = next; mark(); };
    const field = make("label", { class: "field" + (kind === "switch" ? " is-switch" : ""), title: name });
    const mark = () => field.classList.toggle("is-changed", name in values);
    const entry = kind === "choice" ? make("select", { name: id, onchange: (event) => keep(event.target.value) }, ...choices.map((one) => make("option", { value: one, ...(one === value ? { selected: "" } : {}) }, said(`choice_${name}_${one}`, one))))
      : kind === "switch" ? make("input", { type: "checkbox", name: id, ...(value ? { checked: "" } : {}), onchange: (event) => keep(event.target.checked) })
        : make("input", { type: "number", name: id, value, step: kind === "whole" ? "1" : "any", min: least ?? 0, max: most, oninput: (event) => keep(event.target.valueAsNumber) });
    field.append(make("span", {}, said("param_" + name, name.replaceAll("_", " "))), entry);
    mark();
    return field;
  }
});
