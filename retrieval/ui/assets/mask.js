// What is where in a photo: the mask laid over it, how strongly is the visitor's choice, with a legend of
// shares and the two files to keep.
burin.mask = (figure) => {
  const { t, make, percent, state } = burin;
  let shown = null, photo = null, opacity = 0.6;
  burin.on("asked", (query) => { if (query.picture) photo = query.picture; });

  const colour = (name) => state.meta.categories.find((one) => one.name === name).colour;
  function save(key, file) {
    return make("a", { class: "quiet", href: shown[key], download: file }, t(key === "png" ? "save_mask" : "save_ids"));
  }
  function draw(mask) {
    shown = mask || null;
    figure.hidden = !shown;
    if (!shown) return figure.replaceChildren();
    const largest = Object.entries(shown.shares).filter(([, share]) => share > 0).sort((a, b) => b[1] - a[1]);
    const said = largest.map(([name, share]) => `${t("category_" + name)} ${percent(share)}`).join(", ");
    const base = make("img", { src: photo, alt: t("photo_asked") });
    base.onerror = () => base.remove(); // a format the browser cannot show: the mask alone then
    const layer = make("img", { src: shown.png, alt: t("mask_of", { said }), class: "mask-layer", style: `opacity:${opacity}` });
    const slider = make("input", { type: "range", min: "0", max: "100", value: String(opacity * 100), name: "opacity", "aria-label": t("mask_opacity") });
    slider.oninput = () => { opacity = slider.value / 100; layer.style.opacity = opacity; };
    figure.replaceChildren(
      make("div", { class: "mask-picture", style: `aspect-ratio:${shown.width}/${shown.height}` }, base, layer),
      make("figcaption", {},
        make("div", { class: "mask-tools" },
          make("label", { class: "count" }, make("span", {}, t("mask_opacity")), slider),
          save("png", "mask.png"), save("ids_png", "mask-ids.png")),
        make("ul", { class: "legend" }, ...largest.map(([name, share]) =>
          make("li", {}, make("span", { class: "swatch", style: `background:${colour(name)}` }), make("span", {}, t("category_" + name)),
            make("span", { class: "meter", style: `--share:${share}` }), make("span", { class: "share" }, percent(share)))))));
  }
  return draw;
};
