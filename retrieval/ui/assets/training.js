// The training page's core: its rooms (tabs, in the address, so that a reload comes back to them), the one
// channel to the server, and what its parts share. Record texts only ever reach the page through textContent.
burin.parts.training = (element, server) => {
  const { t, make, state } = burin;
  const rooms = [...element.querySelectorAll("[data-room]")];
  const page = (burin.training = { element, server, rooms: {}, ...(burin.training || {}) });

  // ---- asking: an answer, or a sentence in the page's language
  page.ask = async (name, question = null) => {
    let reply;
    try {
      reply = await server[name](question);
    } catch {
      return { error: { en: state.meta.texts.en.no_answer, fr: state.meta.texts.fr.no_answer } };
    }
    // Signed out meanwhile, or never in: the page shows what is left.
    if (reply?.refused) {
      await page.greet();
      return { error: { en: state.meta.texts.en["closed_" + reply.refused], fr: state.meta.texts.fr["closed_" + reply.refused] } };
    }
    return reply;
  };
  // Asks again and again until `until` holds or the room is left. A question that fails is asked again.
  page.poll = async (every, ask, until) => {
    for (;;) {
      const reply = await ask();
      if (reply === null || until(reply)) return reply;
      await new Promise((resolve) => setTimeout(resolve, every));
    }
  };
  page.problem = (error, retry) => make("div", { class: "problem", role: "alert" },
    make("p", {}, burin.title(error)),
    retry ? make("button", { type: "button", class: "quiet", onclick: retry }, t("again")) : null);
  page.waiting = () => make("p", { class: "waiting" }, t("loading"));

  // ---- words: a collection's own, then those of figures
  page.term = (text, model) => (state.lang !== "fr" ? String(text)
    : model?.terms_fr?.[text] || state.meta.terms_fr[text] || String(text));
  page.named = (text, model) => {
    const name = page.term(String(text).replaceAll("_", " "), model);
    return /^.[A-Z]/.test(name) ? name : burin.capital(name); // mAP and kNN are written so
  };
  page.pictureUrl = (path) => (path.startsWith("data:") ? path : burin.root() + "/" + path);
  // A record's picture, or a quiet tile with its name.
  page.picture = (record, label, alt = "") => {
    const tile = () => make("span", { class: "no-picture", role: alt ? "img" : null, "aria-label": alt || null, "aria-hidden": alt ? null : "true" }, label);
    if (!record.picture) return tile();
    const image = make("img", { src: page.pictureUrl(record.picture), alt, loading: "lazy", decoding: "async", width: 384, height: 384 });
    image.onerror = () => image.replaceWith(tile());
    return image;
  };
  // What a record is called: its title, where the collection has one, or its label.
  page.nameOf = (record, model) => {
    const title = Object.entries(model?.columns || {}).find(([, column]) => column.shown === "title")?.[0];
    return page.named(title && record.fields?.[title] ? record.fields[title] : record.label, model);
  };
  page.colours = () => {
    const style = getComputedStyle(element);
    const read = (name) => style.getPropertyValue(`--b-${name}`).trim();
    return { paper: read("paper"), card: read("card"), ink: read("ink"), soft: read("soft"), hair: read("hair"), glass: read("glass"), tint: read("tint"), warn: read("warn"), dark: document.body.classList.contains("dark") };
  };

  // ---- rooms: #models, #models/recipes, #new, #run/<id>
  const place = () => location.hash.slice(1).split("/").map(decodeURIComponent);
  page.go = (...parts) => {
    const hash = "#" + parts.map(encodeURIComponent).join("/");
    // A whole path: Gradio's page has a base address, which a hash alone would be joined to.
    if (location.hash !== hash) history.pushState(null, "", location.pathname + location.search + hash);
    enter();
  };
  function enter() {
    const [wanted, detail] = place();
    const room = rooms.find((one) => one.dataset.room === wanted && !one.hidden) || rooms.find((one) => !one.hidden);
    for (const one of rooms) {
      const chosen = one === room;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      element.querySelector(`#room-${one.dataset.room}`).hidden = !chosen;
    }
    page.room = room.dataset.room;
    const strip = room.parentElement; // on a phone it is wider than the page
    strip.scrollLeft = Math.max(0, room.offsetLeft - strip.offsetLeft + room.offsetWidth - strip.clientWidth + 24);
    element.querySelector(".lead").hidden = page.room !== "models";
    page.rooms[page.room]?.(room.dataset.room === wanted ? detail : undefined);
  }
  for (const room of rooms) {
    room.onclick = () => page.go(room.dataset.room);
    room.onkeydown = (event) => {
      const open = rooms.filter((one) => !one.hidden);
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const next = open[(open.indexOf(room) + step + open.length) % open.length];
      next.focus();
      next.click();
    };
  }
  addEventListener("popstate", enter);
  addEventListener("hashchange", enter);

  // ---- who is here, and what they may
  page.greet = async () => {
    const reply = await server.who(null).catch(() => ({ able: false, may: false, reason: "" }));
    page.visitor = reply;
    const place = element.querySelector(".who");
    const back = `?_target_url=${encodeURIComponent(`${location.pathname}#new`)}`;
    place.replaceChildren(...(reply.name ? [make("span", {}, t("signed_in_as", { name: reply.name })),
      reply.signs_in ? make("a", { href: `${burin.root()}/logout${back}` }, t("sign_out")) : ""] : []));
    for (const room of rooms) room.hidden = room.dataset.room === "new" ? !reply.able : room.dataset.room === "runs" ? !reply.may : false;
    page.signIn = reply.signs_in ? `${burin.root()}/login/huggingface${back}` : null;
  };

  for (const begin of page.parts || []) begin(page);
  burin.on("language", async () => { await page.greet(); burin.translate(element); enter(); });
  page.greet().then(enter);
};
// The other files of the page add themselves here; each gets the page once it is there.
burin.training = { parts: [] };
