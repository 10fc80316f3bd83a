// The drawing pad. Strokes are kept as lines in units of the paper (0..1), so undo, redo and redraw are
// exact; what is searched is the paper itself, black on white, whatever the theme.
burin.parts.pad = (element) => {
  const SIDE = 640; // px of the paper as drawn
  const SENT = 320; // px of the paper as searched: two and a half times what the encoder sees
  const REFRESH_MS = 300; // after a stroke ends
  const canvas = element.querySelector("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const find = (name) => element.querySelector(`[data-do=${name}]`);
  const size = element.querySelector("[name=size]");
  const sent = document.createElement("canvas").getContext("2d");
  let strokes = [], undone = [], current = null, pointer = null, timer = null, erasing = false, playing = 0;

  canvas.width = canvas.height = SIDE;
  sent.canvas.width = sent.canvas.height = SENT;
  sent.imageSmoothingQuality = "high";

  function ink(stroke, from = 0) {
    const p = stroke.points;
    pen.strokeStyle = pen.fillStyle = stroke.erase ? "#fff" : "#000";
    pen.lineCap = pen.lineJoin = "round";
    if (p.length === 1) {
      pen.beginPath();
      pen.arc(p[0][0] * SIDE, p[0][1] * SIDE, (stroke.size * p[0][2]) / 2, 0, 2 * Math.PI);
      pen.fill();
      return;
    }
    for (let i = Math.max(1, from); i < p.length; i += 1) {
      // Through the middles of the points: a smooth line from a shaky hand.
      const a = p[Math.max(0, i - 2)], b = p[i - 1], c = p[i];
      pen.lineWidth = stroke.size * c[2];
      pen.beginPath();
      pen.moveTo(((i > 1 ? a[0] + b[0] : 2 * b[0]) / 2) * SIDE, ((i > 1 ? a[1] + b[1] : 2 * b[1]) / 2) * SIDE);
      pen.quadraticCurveTo(b[0] * SIDE, b[1] * SIDE, ((b[0] + c[0]) / 2) * SIDE, ((b[1] + c[1]) / 2) * SIDE);
      if (i === p.length - 1) pen.lineTo(c[0] * SIDE, c[1] * SIDE);
      pen.stroke();
    }
  }
  function redraw() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, SIDE, SIDE);
    strokes.forEach((stroke) => ink(stroke));
  }
  function picture() {
    sent.drawImage(canvas, 0, 0, SENT, SENT);
    return sent.canvas.toDataURL("image/png");
  }
  const empty = () => !strokes.some((stroke) => !stroke.erase);
  function buttons() {
    find("undo").disabled = !strokes.length;
    find("redo").disabled = !undone.length;
    find("clear").disabled = !strokes.length;
    element.querySelector(".pad").classList.toggle("is-empty", empty());
  }
  function search() {
    clearTimeout(timer);
    timer = null;
    burin.state.source = "sketch";
    if (empty()) burin.dismiss("empty_pad");
    else burin.ask({ picture: picture(), kind: "sketch", from: "pad" });
  }
  function changed() {
    buttons();
    clearTimeout(timer);
    if (empty()) { timer = null; burin.dismiss(null); } else timer = setTimeout(search, REFRESH_MS);
  }
  function add(stroke) {
    strokes.push(stroke);
    undone = [];
  }

  // ---- drawing with mouse, pen and finger
  function place(event) {
    const box = canvas.getBoundingClientRect();
    const force = event.pointerType === "pen" && event.pressure ? 0.5 + event.pressure : 1;
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, force];
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    event.preventDefault();
    playing += 1; // a hand on the paper stops an example that is being drawn
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    current = { size: Number(size.value) * (erasing ? 3 : 1), erase: erasing, points: [place(event)] };
    add(current);
    ink(current);
    buttons();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const from = current.points.length;
    const moves = event.getCoalescedEvents?.() || [];
    (moves.length ? moves : [event]).forEach((move) => current.points.push(place(move)));
    ink(current, from);
  });
  const lift = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    current = null;
    redraw(); // the stroke in one piece: undo and redo bring back the very same pixels
    changed();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());

  // ---- tools
  const choose = (erase) => {
    erasing = erase;
    find("pen").setAttribute("aria-pressed", String(!erase));
    find("eraser").setAttribute("aria-pressed", String(erase));
    canvas.classList.toggle("is-erasing", erase);
  };
  const undo = () => { playing += 1; if (strokes.length) { undone.push(strokes.pop()); redraw(); changed(); } };
  const redo = () => { playing += 1; if (undone.length) { strokes.push(undone.pop()); redraw(); changed(); } };
  const clear = () => {
    playing += 1;
    strokes = [];
    undone = [];
    redraw();
    choose(false);
    changed();
  };
  find("pen").onclick = () => choose(false);
  find("eraser").onclick = () => choose(true);
  find("undo").onclick = undo;
  find("redo").onclick = redo;
  find("clear").onclick = clear;
  find("search").onclick = search;
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || !canvas.offsetParent) return;
    if (event.target.matches("input:not([type=range]), textarea")) return;
    if (document.querySelector("dialog[open]")) return; // a record lies over the paper
    event.preventDefault();
    if (event.shiftKey) redo(); else undo();
  });

  // ---- examples: drawn stroke by stroke as a hand would, then searched
  async function play(name) {
    clear();
    const run = ++playing;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const line of burin.examples[name]) {
      const stroke = { size: 6, erase: false, points: [] };
      add(stroke);
      for (let i = 0; i < line.length; i += 2) {
        stroke.points.push([line[i] / 100, line[i + 1] / 100, 1]);
        if (!still && i % 4 === 0) {
          ink(stroke, Math.max(0, stroke.points.length - 3));
          await new Promise(requestAnimationFrame);
          if (run !== playing) return; // whoever interrupted says what happens to what is there
        }
      }
    }
    redraw();
    buttons();
    search();
  }
  element.querySelectorAll("[data-example]").forEach((button) => {
    const icon = button.querySelector("path");
    icon.setAttribute("d", burin.examples[button.dataset.example].map(
      (line) => "M" + line.reduce((d, v, i) => d + (i % 2 ? "," : i ? " L" : "") + v, "")).join(" "));
    button.onclick = () => play(button.dataset.example);
  });

  // A newer question than the drawing: what the pad was about to ask is not asked any more.
  burin.on("asked", (query) => {
    if (query.from === "pad") return;
    clearTimeout(timer);
    timer = null;
    playing += 1;
    buttons();
  });
  burin.nameTabs(element.closest("#burin-tabs"));
  redraw();
  buttons();
};
