// The mistakes of a run. Everything is drawn from the JSON in the page, and every text of it is set as text.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector) => document.querySelector(selector);
  const number = (value, digits = 0) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const percent = (share, digits = 0) => `${number(share * 100, digits)}%`;
  const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
  const file = (name) => name.split(/[\\/]/).pop();

  // share: how far a bar is filled, set through the style object since the page's policy takes no attribute.
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") node.className = value;
      else if (name === "share") node.style.setProperty("--share", value);
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }

  // ---- masthead and contents
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = data[node.dataset.text];
    node.hidden = !data[node.dataset.text];
  }
  const right = data.queries - data.wrong_total;
  const figure = (value, words, kind = "") => make("div", { class: kind }, make("dt", {}, words), make("dd", {}, value));
  find(".figures").append(
    figure(number(data.queries), data.queries === 1 ? "query" : "queries"),
    figure(number(data.wrong_total), "wrong", data.wrong_total ? "is-wrong" : ""),
    figure(percent(right / data.queries, 1), `right, ${number(right)} of ${number(data.queries)}`));
  const sections = [["trends", "Trends", data.trends.length], ["confused", "Most confused", data.pairs.length], ["wrong", "Wrong answers", data.wrong_total], ["suspects", "Likely mislabelled", data.suspects_total]]
    .filter(([id]) => data.wrong_total || id === "suspects");
  const links = sections.map(([id, words, count]) => make("a", { href: `#${id}` }, words, make("span", {}, number(count))));
  find(".contents").append(...links);
  find(".contents").hidden = links.length < 2;
  if (!data.wrong_total) {
    for (const id of ["trends", "room"]) document.getElementById(id).hidden = true;
    find(".skip").hidden = true;
    document.getElementById("flawless").hidden = false;
    find(".flawless").textContent = data.queries === 1 ? "No mistake: the one query was answered right." : `No mistake: all ${number(data.queries)} queries were answered right.`;
  }
  const none = (name, empty) => { find(`[data-none=${name}]`).hidden = !empty; };
  none("trends", !data.trends.length);
  none("suspects", !data.suspects.length);
  function leftOut(name, total, shown, order) {
    const note = find(`[data-left-out=${name}]`);
    note.hidden = total <= shown;
    note.textContent = `Only the ${number(shown)} ${order} are on this page; ${number(total - shown)} more are left out.`;
  }
  leftOut("wrong", data.wrong_total, data.wrong.length, "most confident");
  leftOut("suspects", data.suspects_total, data.suspects.length, "most doubtful");
  find(".trends").append(...data.trends.map(({ about, sentence }) =>
    make("li", {}, make("h3", { class: "eyebrow" }, about), make("p", {}, sentence))));

  // ---- exhibits: a picture, what it is, and what is known of it
  function exhibit(record, role, notes, kind = "") {
    const source = record && data.pictures[record.name];
    const nothing = make("em", {}, record ? "cannot be opened" : "none in the gallery");
    return make("span", { class: `exhibit ${kind}` },
      make("span", { class: "frame" }, source ? make("img", { src: source, alt: "", decoding: "async" }) : nothing),
      make("span", { class: "eyebrow" }, role),
      record ? make("span", { class: "exhibit-label" }, record.label) : null,
      notes.map((note) => make("span", { class: "exhibit-note" }, note)));
  }
  const taken = (label, other, words) => [label, make("i", {}, ` ${words} `), other];
  // A path may break after its slashes.
  const path = (name) => name.split(/(?<=[\\/])/).flatMap((part) => [part, make("wbr")]);
  const similar = (value) => (value === null ? null : number(value, 2));

  function wrongTrio(one, close) {
    const note = (record, ...short) => [...short.filter(Boolean), ...(close && record ? [path(record.name)] : [])];
    const rank = one.right_rank === null ? null : `rank ${number(one.right_rank)}`;
    const near = similar(one.nearest_similarity), far = similar(one.right_similarity);
    return make("span", { class: "trio" },
      exhibit(one.query, "Query", note(one.query), "is-query"),
      exhibit(one.nearest, "Nearest", note(one.nearest, near && `similarity ${near}`)),
      exhibit(one.right, "Right class", note(one.right, far && (close ? `similarity ${far}, ${rank}` : `${far}, ${rank}`))));
  }
  function suspectTrio(one, close) {
    const name = (record) => (close ? [path(record.name)] : []);
    const beside = one.evidence.slice(0, close ? 3 : 2);
    return make("span", { class: `trio${close && beside.length === 3 ? " is-four" : ""}` },
      exhibit(one.picture, one.is_query ? "Query" : "Record", name(one.picture), "is-query"),
      beside.map((record) => exhibit(record, "Neighbour", name(record))));
  }
  function card(spoken, names, side, share, body) {
    return make("button", { type: "button", class: "card", tabindex: "-1", "aria-label": spoken, "aria-haspopup": "dialog" },
      make("span", { class: "card-top" }, make("span", { class: "card-names" }, names), make("span", { class: "card-sure" }, side)),
      make("span", { class: "meter", share }), body);
  }

  // ---- the closer look: one dialog for both kinds of card
  const closer = find(".closer");
  let shelf = null, place = 0, opener = null; // the grid looked through, which of its shown cards is open, what opened it
  const row = (term, ...words) => make("div", {}, make("dt", {}, term), make("dd", {}, ...words));
  function wrongCloser(one) {
    const outvoted = one.right_rank === 1 ? ": the nearest record was right, and outvoted" : "";
    return [make("p", { class: "eyebrow" }, "Wrong answer"), make("h2", { id: "closer-title" }, taken(one.query.label, one.predicted, "taken for")), wrongTrio(one, true),
      make("dl", {}, row("Confidence", percent(one.confidence, 1)),
        one.right_rank === null ? row("Right class", "has no record in the gallery to be found") : row("Rank of the right class", `${number(one.right_rank)} of ${number(data.records)}${outvoted}`),
        one.right_similarity === null || one.nearest_similarity === null ? null : row("Similarity lost by", number(one.nearest_similarity - one.right_similarity, 3)))];
  }
  function suspectCloser(one) {
    return [make("p", { class: "eyebrow" }, "Likely mislabelled"), make("h2", { id: "closer-title" }, taken(one.picture.label, one.looks_like, "looks like")), suspectTrio(one, true),
      make("dl", {}, row("Why", one.reason), row("Doubt", `${number(one.score, 2)}, from 0 to 1`), row("Found among", one.is_query ? "the queries" : "the gallery records"))];
  }
  function show(grid, index) {
    const shown = grid.shown();
    if (!shown[index]) return;
    [shelf, place] = [grid, index];
    find(".closer-body").replaceChildren(...grid.closer(shown[index].entry));
    find(".place").textContent = `${number(index + 1)} of ${number(shown.length)}`;
    find("[data-do=previous]").disabled = index === 0;
    find("[data-do=next]").disabled = index === shown.length - 1;
    if (!closer.open) {
      opener = document.activeElement;
      closer.showModal();
    }
    find(".closer-body").scrollTop = 0;
    if (!closer.contains(document.activeElement) || document.activeElement.disabled) closer.focus();
  }
  find("[data-do=previous]").onclick = () => show(shelf, place - 1);
  find("[data-do=next]").onclick = () => show(shelf, place + 1);
  find("[data-do=close]").onclick = () => closer.close();
  closer.addEventListener("click", (event) => { if (event.target === closer) closer.close(); });
  closer.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { event.preventDefault(); show(shelf, place + step); }
  });
  // The event comes a while after the dialog is gone and has given the focus back: a reader who is quicker keeps theirs.
  closer.addEventListener("close", () => { if ([opener, document.body].includes(document.activeElement)) shelf.focus(place); });

  // ---- a grid of cards: one stop for Tab, the arrows move inside it
  function cardGrid(name, entries, draw, look) {
    const list = find(`[data-cards=${name}]`);
    const cells = entries.map((entry) => {
      const button = draw(entry);
      return { entry, button, node: make("li", {}, button) };
    });
    let order = cells, current = null;
    const shown = () => order.filter((cell) => !cell.node.hidden);
    const columns = () => {
      const tops = shown().map((cell) => cell.node.offsetTop);
      return Math.max(1, tops.filter((top) => top === tops[0]).length);
    };
    function rest(cell) {
      if (current) current.button.tabIndex = -1;
      current = cell || null;
      if (current) current.button.tabIndex = 0;
    }
    const grid = {
      shown, closer: look,
      focus(index) { const cell = shown()[index]; rest(cell); cell?.button.focus(); },
      arrange(keep, compare) {
        order = [...cells].sort(compare);
        for (const cell of order) cell.node.hidden = !keep(cell.entry);
        list.replaceChildren(...order.map((cell) => cell.node));
        rest(current && !current.node.hidden ? current : shown()[0]);
        return shown().length;
      },
    };
    for (const cell of cells) {
      cell.button.addEventListener("click", () => { rest(cell); show(grid, shown().indexOf(cell)); });
      cell.button.addEventListener("focus", () => rest(cell));
    }
    list.addEventListener("keydown", (event) => {
      const cell = cells.find((one) => one.button === event.target);
      if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
      const all = shown(), at = all.indexOf(cell);
      const next = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns(), ArrowUp: at - columns(), Home: 0, End: all.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      if (all[next]) grid.focus(next);
    });
    return grid;
  }
  const wrong = cardGrid("wrong", data.wrong, (one) => card(
    `${one.query.label} taken for ${one.predicted}, confidence ${percent(one.confidence)}, ${file(one.query.name)}`,
    taken(one.query.label, one.predicted, "taken for"), `${percent(one.confidence)} sure`, one.confidence, wrongTrio(one, false)), wrongCloser);
  const suspects = cardGrid("suspects", data.suspects, (one) => card(
    `${one.picture.label} looks like ${one.looks_like}: ${one.reason}, ${file(one.picture.name)}`,
    taken(one.picture.label, one.looks_like, "looks like"), `doubt ${number(one.score, 2)}`, one.score,
    [make("span", { class: "reason" }, one.reason), suspectTrio(one, false)]), suspectCloser);
  suspects.arrange(() => true, () => 0);

  // ---- filters
  const form = find(".filters");
  const { label: was, predicted: taken_for, from, to, order } = form.elements;
  const labelOf = (one) => one.query.label, predictedOf = (one) => one.predicted;
  function choices(select, of) {
    const counts = new Map();
    for (const one of data.wrong) counts.set(of(one), (counts.get(of(one)) || 0) + 1);
    const names = [...counts.keys()].sort((one, other) => one.localeCompare(other, "en"));
    select.append(make("option", { value: "all" }, "any class"),
      ...names.map((name, index) => make("option", { value: index }, `${name} (${number(counts.get(name))})`)));
    return names;
  }
  const labels = choices(was, labelOf), answered = choices(taken_for, predictedOf);
  const rank = (one) => one.right_rank ?? Infinity;
  const apart = (one, other) => (one === other ? 0 : one - other); // Infinity is as far as Infinity
  const orders = {
    "most confident first": (one, other) => other.confidence - one.confidence,
    "least confident first": (one, other) => one.confidence - other.confidence,
    "near misses first": (one, other) => apart(rank(one), rank(other)),
    "far misses first": (one, other) => apart(rank(other), rank(one)),
    "by class": (one, other) => labelOf(one).localeCompare(labelOf(other), "en") || predictedOf(one).localeCompare(predictedOf(other), "en"),
  };
  order.append(...Object.keys(orders).map((name) => make("option", { value: name }, name)));

  const BINS = 20;
  const bins = new Array(BINS).fill(0);
  for (const one of data.wrong) bins[Math.min(BINS - 1, Math.floor(one.confidence * BINS))] += 1;
  const bars = bins.map((count) => make("span", { share: count / Math.max(...bins, 1) }));
  find(".histogram").append(...bars);

  function filter() {
    const low = Number(from.value) / 100, high = Number(to.value) / 100;
    const name = labels[was.value], other = answered[taken_for.value];
    const keep = (one) => (was.value === "all" || labelOf(one) === name) && (taken_for.value === "all" || predictedOf(one) === other)
      && one.confidence >= low - 1e-9 && one.confidence <= high + 1e-9;
    const shown = wrong.arrange(keep, (one, another) => orders[order.value](one.entry, another.entry));
    find("[role=status]").textContent = `Showing ${number(shown)} of ${plural(data.wrong.length, "wrong answer")}`;
    none("shown", !shown);
    find(".between").textContent = `${from.value}% to ${to.value}%`;
    from.setAttribute("aria-valuetext", `${from.value}%`);
    to.setAttribute("aria-valuetext", `${to.value}%`);
    find(".range").style.setProperty("--from", low);
    find(".range").style.setProperty("--to", high);
    from.classList.toggle("is-over", low > 0.5); // where both thumbs meet at the right, this one can go back
    bars.forEach((bar, index) => bar.classList.toggle("is-in", (index + 1) / BINS > low && index / BINS < high + 1e-9));
    find("[data-do=clear]").hidden = was.value === "all" && taken_for.value === "all" && low === 0 && high === 1;
    for (const { button, pair } of pairs) button.setAttribute("aria-pressed", String(was.value !== "all" && taken_for.value !== "all" && pair.label === name && pair.predicted === other));
  }
  from.addEventListener("input", () => { from.value = Math.min(from.value, to.value); });
  to.addEventListener("input", () => { to.value = Math.max(from.value, to.value); });
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  find("[data-do=clear]").onclick = () => { form.reset(); filter(); was.focus(); };

  // ---- the pairs
  const FIRST_PAIRS = 10;
  const shown = new Set(data.wrong.map((one) => JSON.stringify([labelOf(one), predictedOf(one)])));
  const back = new Map(data.pairs.map((pair) => [JSON.stringify([pair.predicted, pair.label]), pair.count]));
  const most = Math.max(...data.pairs.map((pair) => pair.count), 1);
  const pairs = data.pairs.map((pair) => {
    const key = JSON.stringify([pair.label, pair.predicted]);
    const other = back.get(key);
    const button = make("button", { type: "button", class: "pair", "aria-pressed": "false", disabled: shown.has(key) ? null : "", onclick: () => choose(pair, button) },
      make("span", { class: "pair-names" }, taken(pair.label, pair.predicted, "for")),
      make("span", { class: "pair-count" }, number(pair.count)),
      make("span", { class: "bar", share: pair.count / most }),
      make("span", { class: "pair-note" }, make("span", {}, `${percent(pair.share)} of ${number(pair.of)}`),
        other ? make("span", {}, `the other way ${number(other)}`) : null));
    return { pair, button, node: make("li", {}, button) };
  });
  function choose(pair, button) {
    const off = button.getAttribute("aria-pressed") === "true";
    was.value = off ? "all" : labels.indexOf(pair.label);
    taken_for.value = off ? "all" : answered.indexOf(pair.predicted);
    filter();
    if (!off && matchMedia("(max-width: 760px)").matches) document.getElementById("wrong").scrollIntoView();
  }
  pairs.forEach(({ node }, index) => { node.hidden = index >= FIRST_PAIRS; });
  find(".pairs").append(...pairs.map(({ node }) => node));
  const all = find("[data-do=all-pairs]");
  all.hidden = pairs.length <= FIRST_PAIRS;
  all.textContent = `Show all ${number(pairs.length)} pairs`;
  all.onclick = () => {
    for (const { node } of pairs) node.hidden = false;
    all.hidden = true;
    pairs[FIRST_PAIRS].button.focus();
  };
  filter();

  // ---- where the reader is
  const current = () => {
    const seen = sections.map(([id]) => document.getElementById(id)).filter((node) => node.getBoundingClientRect().top < innerHeight / 3);
    // Pairs and answers stand side by side on a wide page: the later of what was passed is the place.
    const here = seen.at(-1)?.id;
    sections.forEach(([id], index) => {
      if (id !== here) return links[index].removeAttribute("aria-current");
      if (links[index].hasAttribute("aria-current")) return undefined;
      links[index].setAttribute("aria-current", "true");
      return find(".contents").scrollTo({ left: links[index].offsetLeft - 28 });
    });
  };
  addEventListener("scroll", current, { passive: true });
  current();
})();
