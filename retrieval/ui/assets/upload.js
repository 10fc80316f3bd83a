// A picture from a file, the clipboard, a drop or the camera. The bytes go to the server as they are, so
// that one door reads every format; only a heavy JPEG is made smaller first, to spare a phone's upload.
burin.parts.upload = (element) => {
  const MAX_BYTES = 10e6;
  const HEAVY_BYTES = 1.5e6;
  const SHRINK_SIDE = 1600; // px
  const find = (name) => element.querySelector(`[data-do=${name}]`);
  const drop = element.querySelector(".drop");
  const image = element.querySelector(".drop-picture");
  const name = element.querySelector(".drop-name");
  const video = element.querySelector(".drop-video");
  const input = element.querySelector("[name=file]");
  const capture = element.querySelector("[name=capture]");
  let picture = null, pictureName = "", choice = 0, stream = null, wanted = 0;

  const kind = () => element.querySelector("[name=burin-kind]:checked").value;
  function search() {
    burin.state.source = "upload";
    if (picture) burin.ask({ picture, kind: kind() });
    else burin.dismiss("empty_upload");
  }
  const fail = (error) => { burin.dismiss(null); burin.emit("error", error); };

  const asDataUrl = (blob) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
  async function lighter(file) {
    if (file.type !== "image/jpeg" || file.size < HEAVY_BYTES) return file;
    try {
      const bitmap = await createImageBitmap(file); // upright: the browser applies EXIF
      const scale = Math.min(1, SHRINK_SIDE / Math.max(bitmap.width, bitmap.height));
      const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
    } catch {
      return file; // the server says what is wrong with it
    }
  }
  function show() {
    const previewed = Boolean(image.naturalWidth);
    element.querySelector(".drop-empty").hidden = Boolean(picture);
    image.hidden = !previewed;
    image.alt = picture ? burin.t("chosen", { name: pictureName }) : "";
    name.hidden = !picture || previewed;
    name.textContent = picture ? burin.t("no_preview", { name: pictureName }) : "";
  }
  async function take(file) {
    if (!file) return;
    const mine = ++choice;
    close();
    try {
      const light = await lighter(file);
      if (light.size > MAX_BYTES) return fail({ key: "too_big", values: { mb: burin.number(light.size / 1e6, 1) } });
      const url = light.size ? await asDataUrl(light) : "data:application/octet-stream;base64,";
      if (mine !== choice) return; // another picture was chosen meanwhile
      picture = url;
      pictureName = file.name || burin.t("camera");
    } catch {
      if (mine === choice) fail({ key: "unreadable_file" });
      return;
    }
    image.onload = image.onerror = show;
    image.src = picture;
    search();
  }

  // ---- choose, drop, paste
  find("choose").onclick = () => input.click();
  find("search").onclick = search;
  for (const field of [input, capture]) {
    field.onchange = () => { take(field.files[0]); field.value = ""; };
  }
  drop.addEventListener("click", () => { if (!stream) input.click(); });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    take(event.dataTransfer.files[0]);
  });
  find("paste").onclick = async () => {
    try {
      for (const entry of await navigator.clipboard.read()) {
        const type = entry.types.find((one) => one.startsWith("image/"));
        if (type) return take(new File([await entry.getType(type)], burin.t("paste"), { type }));
      }
    } catch { /* refused, or no such clipboard: the sentence below helps in both cases */ }
    fail({ key: "paste_empty" });
  };

  // ---- camera: the phone's own, or a live picture on a desktop
  function close() {
    wanted += 1;
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    video.hidden = find("take").hidden = find("cancel").hidden = true;
    find("choose").hidden = find("paste").hidden = find("camera").hidden = find("search").hidden = false;
    drop.classList.remove("is-live");
  }
  find("camera").onclick = async () => {
    if (matchMedia("(pointer: coarse)").matches) return capture.click();
    const mine = ++wanted;
    try {
      const given = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (mine !== wanted) return given.getTracks().forEach((track) => track.stop()); // came too late
      stream = given;
      video.srcObject = stream;
      await video.play();
    } catch {
      close();
      return fail({ key: "camera_none" });
    }
    drop.classList.add("is-live");
    video.hidden = find("take").hidden = find("cancel").hidden = false;
    find("choose").hidden = find("paste").hidden = find("camera").hidden = find("search").hidden = true;
    find("take").focus();
  };
  // Whoever leaves the tab or the page leaves no camera running.
  new IntersectionObserver(() => { if (stream && !drop.offsetParent) close(); }).observe(drop);
  document.addEventListener("visibilitychange", () => { if (stream && document.hidden) close(); });
  find("cancel").onclick = () => { close(); find("camera").focus(); };
  find("take").onclick = () => {
    const still = document.createElement("canvas");
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext("2d").drawImage(video, 0, 0);
    still.toBlob((blob) => take(new File([blob], burin.t("camera"), { type: "image/jpeg" })), "image/jpeg", 0.92);
  };

  element.querySelectorAll("[name=burin-kind]").forEach((radio) => {
    radio.onchange = () => { if (picture) search(); };
  });
  const kinds = element.querySelector(".kinds");
  function offer() {
    kinds.hidden = !burin.takesDrawings(); // nothing to choose where every picture is a photo
    if (kinds.hidden) element.querySelector("[name=burin-kind][value=auto]").checked = true;
  }
  offer();
  burin.on("collection", offer);
  burin.on("language", show);
  burin.on("file", take);
  take(burin.state.file); // pasted before this tab was ever open
};
