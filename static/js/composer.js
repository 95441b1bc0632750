// Writing into a conversation: drafts, files, and the provider's window.
// Everything listens on the document, so that a panel loaded into another page needs no set-up.
(() => {
  const TYPING_EVERY = 5000;
  const PROGRESS_FROM = 256 * 1024; // bytes
  const SHOWN = ["image/jpeg", "image/png", "image/webp", "image/gif"];
  const draftOf = (form) => `draft:${form.closest(".talk").dataset.talk}`;
  const liveOf = (form) => form.closest(".talk").querySelector(".talk-live");
  const fieldOf = (form) => form.querySelector('input[type="file"]');
  const mayWrite = (form) => liveOf(form).dataset.mayReply === "yes" && liveOf(form).dataset.open === "yes";
  const store = (name, text) => {
    try { if (text) sessionStorage.setItem(name, text); else sessionStorage.removeItem(name); } catch { /* none */ }
  };
  const stored = (name) => { try { return sessionStorage.getItem(name) ?? ""; } catch { return ""; } };

  function fit(area) {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }

  function complain(form, text) {
    const line = form.querySelector(".composer-error");
    line.textContent = text;
    line.hidden = !text;
  }

  /** What is written stays in sight, even when it cannot be sent just now. */
  function allow(form) {
    const begun = form.elements.text.value || chosen(form).length;
    form.hidden = liveOf(form).dataset.open !== "yes" && !begun;
    const button = form.querySelector(".composer-send");
    if (!form.matches(".htmx-request")) button.disabled = !mayWrite(form);
    const field = fieldOf(form);
    if (field) field.disabled = !mayWrite(form);
  }

  document.addEventListener("talk-begun", (event) => {
    const form = event.target.querySelector(".composer");
    if (!form) return;
    if (!form.elements.text.value) form.elements.text.value = stored(draftOf(form));
    allow(form);
    fit(form.elements.text);
  });
  document.addEventListener("talk-renewed", (event) => {
    const form = event.target.closest(".talk").querySelector(".composer");
    if (form) allow(form);
  });

  document.addEventListener("input", (event) => {
    if (!event.target.matches?.(".composer textarea")) return;
    const { form } = event.target;
    fit(event.target);
    store(draftOf(form), event.target.value);
    complain(form, "");
    tellTyping(form);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (!event.target.matches?.(".composer textarea")) return;
    event.preventDefault();
    if (!event.target.form.querySelector(".composer-send").disabled) event.target.form.requestSubmit();
  });

  // --- The person sees that somebody writes ------------------------------------------------------

  function tellTyping(form) {
    const now = Date.now();
    if (!form.elements.text.value.trim() || !mayWrite(form)) return;
    if (now - (form.dataset.told ?? 0) < TYPING_EVERY) return;
    form.dataset.told = now;
    const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
    // Nothing depends on it: what goes wrong is not worth a word.
    fetch(form.dataset.typing, { method: "POST", headers, credentials: "same-origin" }).catch(() => {});
  }

  // --- Files ---------------------------------------------------------------------------------------

  const files = new WeakMap();
  const chosen = (form) => files.get(form) ?? [];

  /** Why this file cannot come along, in words; "" if it can. */
  function refusal(form, file) {
    const field = fieldOf(form);
    const { most, bytes, together, tooMany, tooLarge, tooMuch } = field.dataset;
    if (chosen(form).length >= Number(most)) return tooMany;
    if (file.size > Number(bytes)) return `${file.name}: ${tooLarge}`;
    const sum = chosen(form).reduce((total, one) => total + one.size, file.size);
    return sum > Number(together) ? tooMuch : "";
  }

  function add(form, more) {
    complain(form, "");
    for (const file of more) {
      const why = refusal(form, file);
      if (why) complain(form, why);
      else files.set(form, [...chosen(form), file]);
    }
    show(form);
  }

  function size(bytes) {
    const lang = document.documentElement.lang === "es" ? "es-PE" : "en";
    const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "KB"] : [bytes / (1024 * 1024), "MB"];
    return `${new Intl.NumberFormat(lang, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)} ${unit}`;
  }

  function chip(form, file) {
    const item = form.querySelector(".composer-chip").content.firstElementChild.cloneNode(true);
    item.querySelector(".chip-name").textContent = file.name;
    item.querySelector(".chip-size").textContent = size(file.size);
    if (SHOWN.includes(file.type)) {
      const picture = item.querySelector("img");
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      picture.hidden = false;
      item.querySelector(".chip-sign").hidden = true;
    }
    item.querySelector("button").addEventListener("click", () => {
      files.set(form, chosen(form).filter((one) => one !== file));
      show(form);
      form.elements.text.focus();
    });
    return item;
  }

  /** The chips, and the field the form sends, hold the same files. */
  function show(form) {
    const list = form.querySelector(".composer-chips");
    if (!list) return;
    list.replaceChildren(...chosen(form).map((file) => chip(form, file)));
    list.hidden = !chosen(form).length;
    const carrier = new DataTransfer();
    chosen(form).forEach((file) => carrier.items.add(file));
    fieldOf(form).files = carrier.files;
    allow(form);
  }

  document.addEventListener("change", (event) => {
    if (!event.target.matches?.('.composer input[type="file"]')) return;
    add(event.target.form, [...event.target.files]);
    event.target.form.elements.text.focus();
  });

  document.addEventListener("paste", (event) => {
    const form = event.target.closest?.(".composer");
    const data = event.clipboardData;
    // A table copied from a document comes as text and as its picture: the text is meant.
    if (!form || !data.files.length || data.types.includes("text/plain")) return;
    if (!fieldOf(form) || !mayWrite(form)) return;
    event.preventDefault();
    add(form, [...data.files]);
  });

  const mark = (talk) => document.querySelectorAll(".talk").forEach((one) => one.classList.toggle("talk-drop", one === talk));

  /** The form under a dragged file. Where none takes it the browser must not open it instead. */
  function formUnder(event) {
    const talk = event.dataTransfer?.types.includes("Files") && event.target.closest?.(".talk");
    if (!talk) return null;
    event.preventDefault();
    const form = talk.querySelector(".composer");
    if (form && fieldOf(form) && mayWrite(form)) return form;
    event.dataTransfer.dropEffect = "none";
    return null;
  }

  document.addEventListener("dragover", (event) => mark(formUnder(event)?.closest(".talk")));
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
  document.addEventListener("drop", (event) => {
    const form = formUnder(event);
    mark(null);
    if (!form) return;
    add(form, [...event.dataTransfer.files]);
    form.elements.text.focus();
  });

  // --- On its way, and what came of it -----------------------------------------------------------

  const leaving = new WeakMap();

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches?.(".composer")) return;
    leaving.set(event.target, { text: event.target.elements.text.value, files: chosen(event.target) });
  });

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.matches?.(".composer") && event.target.querySelector(".composer-progress");
    const { loaded, total } = event.detail;
    if (!bar || !(total > PROGRESS_FROM)) return;
    bar.hidden = loaded >= total;
    bar.value = loaded / total;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const bar = event.target.matches?.(".composer") && event.target.querySelector(".composer-progress");
    if (bar) bar.hidden = true;
  });

  document.addEventListener("talk-replied", (event) => {
    const form = event.target.closest?.(".composer");
    if (!form) return;
    form.elements.token.value = event.detail.token;
    // What was typed or chosen while the message was on its way stays.
    const sent = leaving.get(form) ?? { text: "", files: [] };
    const now = form.elements.text.value;
    form.elements.text.value = now.startsWith(sent.text) ? now.slice(sent.text.length) : now;
    files.set(form, chosen(form).filter((file) => !sent.files.includes(file)));
    store(draftOf(form), form.elements.text.value);
    complain(form, "");
    show(form);
    fit(form.elements.text);
    form.elements.text.focus();
  });

  document.addEventListener("htmx:responseError", (event) => {
    const form = event.target;
    if (!form.matches?.(".composer")) return;
    const { status, responseText } = event.detail.xhr;
    complain(form, [413, 422].includes(status) ? responseText : form.querySelector(".composer-error").dataset.failed);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (event.target.matches?.(".composer")) complain(event.target, event.target.querySelector(".composer-error").dataset.lost);
    });
  }
})();
