// The map: every record a point, drawn in a canvas; a click, a tap or the arrow keys choose one.
burin.training.parts.push((page) => {
  const { t, make, number, percent, state } = burin;
  const NEAR_PX = 18; // how far from a point a click still means it

  // Like colours lie together: the hue turns with the place of a label, the strength grows outwards.
  function colouring(map) {
    const sums = map.labels.map(() => [0, 0, 0]);
    for (const [x, y, label] of map.points) { const sum = sums[label]; sum[0] += x; sum[1] += y; sum[2] += 1; }
    const { dark } = page.colours();
    return sums.map(([x, y, count], label) => {
      if (!count) return "gray";
      const few = map.labels.length <= 10;
      const hue = few ? (label / map.labels.length) * 360 + 165 : (Math.atan2(y / count, x / count) * 180) / Math.PI + 165;
      const strength = few ? 0.11 : 0.05 + 0.09 * Math.min(1, Math.hypot(x, y) / count / 0.6);
      return `oklch(${dark ? 0.76 : 0.54} ${strength.toFixed(3)} ${(((hue % 360) + 360) % 360).toFixed(0)})`;
    });
  }

  page.drawMap = (map, model) => {
    const canvas = make("canvas", { tabindex: "0", role: "application", "aria-label": t("map_keys", { title: burin.title(model.titles) }) });
    const hint = make("span", { class: "map-hint", "aria-hidden": "true" });
    const panel = make("aside", { class: "map-record", "aria-live": "polite" }, make("p", { class: "map-invite" }, t("map_invite")));
    const select = make("select", { name: "map-label" }, make("option", { value: "" }, t("map_all_labels")),
      ...map.labels.map((label, index) => [page.named(label, model), index]).sort(([a], [b]) => a.localeCompare(b, state.lang)).map(([label, index]) => make("option", { value: index }, label)));
    const tool = (name, sign, act) => make("button", { type: "button", class: "tool", "aria-label": t(name), title: t(name), onclick: act }, sign);
    let colours = colouring(map), view = { x: 0, y: 0, scale: 1 }, over = null, chosen = null, only = null, drag = null, asked = 0;
    const pen = canvas.getContext("2d");

    const size = () => [canvas.clientWidth || 1, canvas.clientHeight || 1];
    function at([x, y]) {
      const [wide, high] = size(), half = Math.min(wide, high) / 2 - 14;
      // The longer side is used: points spread over it a little.
      return [wide / 2 + (x - view.x) * half * view.scale * Math.min(1.5, wide / Math.min(wide, high)), high / 2 - (y - view.y) * half * view.scale];
    }
    function paint() {
      const [wide, high] = size(), ratio = devicePixelRatio || 1, ink = page.colours();
      if (canvas.width !== Math.round(wide * ratio)) { canvas.width = Math.round(wide * ratio); canvas.height = Math.round(high * ratio); }
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, wide, high);
      const radius = (map.points.length > 800 ? 2.4 : map.points.length > 150 ? 3.4 : 5.5) * Math.min(2.2, 0.75 + view.scale / 4);
      const lit = only ?? (over === null ? null : map.points[over][2]);
      map.points.forEach((point, index) => {
        const dimmed = lit !== null && point[2] !== lit;
        const [x, y] = at(point);
        if (x < -9 || y < -9 || x > wide + 9 || y > high + 9) return;
        pen.globalAlpha = dimmed ? 0.13 : lit === null ? 0.8 : 1;
        pen.fillStyle = colours[point[2]];
        pen.beginPath();
        pen.arc(x, y, index === over ? radius + 2 : radius, 0, 7);
        pen.fill();
      });
      pen.globalAlpha = 1;
      if (chosen !== null) {
        const [x, y] = at(map.points[chosen]);
        pen.lineWidth = 1.5;
        pen.strokeStyle = ink.ink;
        pen.beginPath();
        pen.arc(x, y, radius + 4.5, 0, 7);
        pen.stroke();
      }
      hint.hidden = over === null;
      if (over !== null) {
        const [x, y] = at(map.points[over]);
        hint.textContent = page.named(map.labels[map.points[over][2]], model);
        hint.style.left = `${Math.min(Math.max(x, 60), wide - 60)}px`;
        hint.style.top = `${y < 40 ? y + 34 : y - 12}px`;
      }
    }
    function nearest(x, y) {
      let best = null, least = NEAR_PX ** 2;
      map.points.forEach((point, index) => {
        if (only !== null && point[2] !== only) return;
        const [px, py] = at(point), distance = (px - x) ** 2 + (py - y) ** 2;
        if (distance < least) { least = distance; best = index; }
      });
      return best;
    }
    const where = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

    // index: null for a record that has no point, where there are more records than a map has room for.
    async function choose(index, id = map.points[index][3]) {
      chosen = index;
      paint();
      const mine = ++asked;
      const reply = await page.ask("look_at", { collection: model.name, id, version: map.version });
      if (mine !== asked) return;
      panel.replaceChildren(...(reply.error ? [page.problem(reply.error)] : record(reply)));
    }
    function record({ record: shown, nearest: near }) {
      const name = page.nameOf(shown, model);
      const lines = Object.entries(shown.fields).filter(([key, value]) => ["text", undefined].includes(model.columns[key]?.shown) && typeof value !== "object" && value !== "").slice(0, 3);
      return [
        make("div", { class: "map-picture" }, page.picture(shown, name, t("picture_of", { id: shown.id, label: name }))),
        make("h4", {}, name),
        make("p", { class: "map-lines" }, [shown.id, ...lines.map(([, value]) => page.term(value, model))].join(" · ")),
        near.length ? make("p", { class: "eyebrow" }, t("map_near")) : null,
        make("ul", { class: "near" }, ...near.map((one) => make("li", {},
          make("button", { type: "button", "data-id": one.id, onclick: () => { const found = map.points.findIndex((point) => point[3] === one.id); choose(found < 0 ? null : found, one.id); } },
            page.picture(one, page.nameOf(one, model)), make("span", {}, page.nameOf(one, model)), make("small", {}, number(one.similarity, 2)))))),
      ].filter(Boolean);
    }

    // ---- pointer and keys
    canvas.onpointermove = (event) => {
      const [x, y] = where(event);
      if (drag) {
        const [wide, high] = size(), half = Math.min(wide, high) / 2 - 14;
        view = { ...view, x: drag.view.x - (x - drag.x) / half / view.scale, y: drag.view.y + (y - drag.y) / half / view.scale };
        drag.moved ||= Math.hypot(x - drag.x, y - drag.y) > 4;
      } else over = nearest(x, y);
      canvas.style.cursor = drag?.moved ? "grabbing" : over === null ? "default" : "pointer";
      paint();
    };
    canvas.onpointerdown = (event) => {
      const [x, y] = where(event);
      drag = { x, y, view, moved: false };
      if (view.scale > 1 && event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointerup = (event) => {
      const moved = drag?.moved;
      drag = null;
      if (moved) return;
      const found = nearest(...where(event));
      if (found !== null) choose(found);
    };
    canvas.onpointerleave = canvas.onpointercancel = () => { over = drag = null; paint(); };
    canvas.onkeydown = (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
      if (event.key === "+" || event.key === "=") zoom(1.6);
      else if (event.key === "-") zoom(1 / 1.6);
      else if (dx || dy) choose(chosen === null ? middle() : beside(dx, dy));
      else return;
      event.preventDefault();
    };
    const middle = () => { const [wide, high] = size(); return closest(wide / 2, high / 2, () => true); };
    function beside(dx, dy) {
      const [x, y] = at(map.points[chosen]);
      // The next one roughly that way: nearest with what lies aside counted twice.
      return closest(x, y, (px, py) => (px - x) * dx + (py - y) * dy > 0.5, (px, py) => Math.hypot(px - x, py - y) + 2 * Math.abs((px - x) * dy + (py - y) * dx)) ?? chosen;
    }
    function closest(x, y, allowed, distance = (px, py) => Math.hypot(px - x, py - y)) {
      let best = null, least = Infinity;
      map.points.forEach((point, index) => {
        const [px, py] = at(point);
        if ((only !== null && point[2] !== only) || !allowed(px, py) || index === chosen) return;
        const away = distance(px, py);
        if (away < least) { least = away; best = index; }
      });
      return best;
    }
    function zoom(by) {
      const scale = Math.min(24, Math.max(1, view.scale * by));
      const [x, y] = chosen === null ? [view.x, view.y] : map.points[chosen];
      view = scale === 1 ? { x: 0, y: 0, scale } : { x, y, scale };
      paint();
    }
    select.onchange = () => { only = select.value === "" ? null : Number(select.value); paint(); };

    const watch = new ResizeObserver(() => { if (canvas.isConnected) paint(); else watch.disconnect(); });
    watch.observe(canvas);
    // Light or dark: the colours are the page's.
    const theme = new MutationObserver(() => { if (canvas.isConnected) { colours = colouring(map); paint(); } else theme.disconnect(); });
    theme.observe(document.body, { attributes: true, attributeFilter: ["class"] });

    choose(middle() ?? 0);

    const part = map.points.length < map.records ? " " + t("map_of", { n: number(map.points.length, 0), all: number(map.records, 0) }) : "";
    return make("div", { class: "map" },
      make("div", { class: "map-sheet" },
        make("div", { class: "map-canvas" }, canvas, hint),
        make("div", { class: "map-tools" },
          tool("map_zoom_out", "−", () => zoom(1 / 1.6)), tool("map_zoom_in", "+", () => zoom(1.6)), tool("map_whole", "⤢", () => zoom(0)),
          make("label", { class: "collections" }, make("span", {}, t("map_label")), select)),
        make("p", { class: "note" }, t("map_about", { dim: number(model.training.dim, 0), share: percent(map.explained[0] + map.explained[1]) }) + part)),
      panel);
  };
});
