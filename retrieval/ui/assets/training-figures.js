// Drawn figures: a measured share with its interval, and lines that grow. All in SVG, sized by the style sheet.
burin.training.parts.push((page) => {
  const { t, make, number, percent } = burin;
  const NS = "http://www.w3.org/2000/svg";
  const draw = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  // ---- a group of shares on one scale from 0 to 1
  page.figures = (groups, model) => {
    const anyBefore = groups.some((group) => group.shares.some((one) => one.before !== null));
    const legend = anyBefore ? make("p", { class: "figure-legend" },
      make("span", { class: "mark-now" }, t("now")), make("span", { class: "mark-before" }, t("before"))) : null;
    return [legend, ...groups.map((group) => make("section", { class: "figure-group" },
      make("h4", {}, group.name ? page.named(group.name, model) : t("of_all")),
      group.shares.length ? make("ul", { class: "shares" }, ...group.shares.map((one) => share(one, model))) : null,
      group.facts.length ? make("p", { class: "facts" }, ...group.facts.map(([name, value]) => fact(name, value, model))) : null))].filter(Boolean);
  };
  const fact = (name, value, model) => make("span", {}, `${page.term(name, model)} `, make("b", {}, shown(value, model)));
  const shown = (value, model) => (typeof value !== "number" ? page.term(value, model) : number(value, Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 3 : 2));
  function share(one, model) {
    const name = page.named(one.name, model);
    const said = one.interval
      ? t("interval_of", { name, value: number(one.value, 3), low: number(one.interval[0], 3), high: number(one.interval[1], 3) })
      : t("value_of", { name, value: number(one.value, 3) });
    const [low, high] = one.interval || [one.value, one.value];
    const style = (from, to, at) => `--low:${from};--high:${to};--at:${at}`;
    const counts = one.counts.map(([key, value]) => `${page.term(key, model)} ${number(value, 0)}`).join(", ");
    return make("li", { class: "share", title: said },
      make("span", { class: "share-name" }, name, counts ? make("small", {}, counts) : null),
      make("span", { class: "track", role: "img", "aria-label": said },
        one.before === null ? null : make("i", { class: "bar is-before", style: style(...(one.before_interval || [one.before, one.before]), one.before) }),
        make("i", { class: "bar", style: style(low, high, one.value) })),
      make("span", { class: "share-value" }, number(one.value, 3), one.interval ? make("small", {}, `${number(low, 2)}–${number(high, 2)}`) : null));
  }

  // ---- a line that grows. points: [[x, y], ...]; marks: [[x, name], ...] where something begins
  page.plot = (title, points, { most = null, marks = [], last = null, dots = points.length < 40, until = null } = {}) => {
    const wide = 320, high = 120, left = 6, top = 12, bottom = 100;
    const end = Math.max(until || 0, ...points.map(([x]) => x), 1);
    const peak = most || Math.max(...points.map(([, y]) => y), 1e-9) * 1.08;
    const at = ([x, y]) => [left + (x / end) * (wide - 2 * left), bottom - (Math.min(y, peak) / peak) * (bottom - top)];
    const way = points.map(at).map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const svg = draw("svg", { viewBox: `0 0 ${wide} ${high}`, "aria-hidden": "true", preserveAspectRatio: "none" });
    for (const level of [0, 0.5, 1]) svg.append(draw("path", { class: "grid-line", d: `M${left} ${bottom - level * (bottom - top)}H${wide - left}` }));
    for (const [x] of marks) if (x > 0) svg.append(draw("path", { class: "mark-line", d: `M${at([x, 0])[0].toFixed(1)} ${top}V${bottom}` }));
    if (points.length) {
      const area = `${way}L${at([points.at(-1)[0], 0])[0].toFixed(1)} ${bottom}L${at([points[0][0], 0])[0].toFixed(1)} ${bottom}Z`;
      svg.append(draw("path", { class: "area", d: area }), draw("path", { class: "line", d: way }));
      if (dots) for (const point of points.map(at)) svg.append(draw("path", { class: "dot-mark", d: `M${point[0].toFixed(1)} ${point[1].toFixed(1)}h0` }));
    }
    const value = points.length ? points.at(-1)[1] : null;
    const said = value === null ? "–" : last ? last(value) : number(value, 3);
    return make("figure", { class: "plot", role: "img", "aria-label": `${title}: ${said}`, "data-points": points.length },
      make("figcaption", {}, make("span", {}, title), make("b", {}, said)), svg,
      make("span", { class: "plot-ends", "aria-hidden": "true" }, make("span", {}, "0"), make("span", {}, `${number(end, 0)} ${t("steps")}`)));
  };

  // ---- the three plots of a training. curve: {at, loss, active, "recall@1", phases: {name: begin}, of}
  page.plots = (curve) => {
    const line = (key) => (curve.at || []).map((at, index) => [at, curve[key]?.[index]]).filter(([, value]) => typeof value === "number");
    const marks = Object.entries(curve.phases || {}).map(([name, begin]) => [begin, name]);
    const common = { marks, until: curve.of };
    return make("div", { class: "plots" },
      page.plot(t("loss"), line("loss"), { ...common, dots: false }),
      page.plot(t("active"), line("active"), { ...common, most: 1, last: percent, dots: false }),
      page.plot(t("recall"), line("recall@1"), { ...common, most: 1 }));
  };
});
