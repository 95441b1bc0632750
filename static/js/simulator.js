// The phone: posts to the real webhook what Meta would post, and shows what the desk has sent.
(() => {
  const phone = document.querySelector("[data-phone]");
  if (!phone) return;
  const form = phone.querySelector(".phone-form");
  const area = form.elements.text;
  const box = phone.querySelector(".phone-scroll");
  const threadBox = document.getElementById("phone-thread");
  const pendingBox = document.getElementById("phone-pending");
  const plusMenu = document.getElementById("phone-plus");
  const saidMenu = document.getElementById("phone-said");
  const strip = phone.querySelector("[data-about]");
  const told = new Set();
  let about = null; // the message that is answered or changed: { kind, id, draft }
  let picked = null; // the message whose menu is open
  let filing = "image"; // what the next file goes as
  let yesterday = false;
  let version = phone.dataset.version;
  let lost = 0;

  const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 48;
  const toEnd = () => { box.scrollTop = box.scrollHeight; };
  /** Show a line above the box, or not; the end of the thread stays in sight. */
  const unveil = (line, on) => { const stick = atEnd(); line.hidden = !on; if (stick) toEnd(); };
  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

  function complain(text) {
    const line = phone.querySelector(".phone-error");
    line.textContent = text;
    line.hidden = !text;
  }

  // --- To the webhook ---------------------------------------------------------------------------

  async function compose(fields) {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("phone", phone.dataset.number);
    data.append("name", phone.dataset.name);
    data.append("group", phone.dataset.group);
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    const answer = await fetch(phone.dataset.compose, { method: "POST", body: data, credentials: "same-origin" });
    if (answer.status === 422) throw new Error((await answer.json()).error);
    if (!answer.ok) throw new Error(phone.dataset.broken);
    return answer.json();
  }

  async function post({ url, body, signature }) {
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "X-Hub-Signature-256": signature },
      credentials: "omit",
    });
    if (answer.status === 403) throw new Error(phone.dataset.refused);
    if (answer.status === 503) throw new Error(phone.dataset.away);
    if (!answer.ok) throw new Error(`${phone.dataset.broken} (${answer.status})`);
  }

  const inWords = (error) => (error instanceof TypeError ? phone.dataset.lost : error.message);

  function pending(text, file) {
    const item = document.getElementById("said-pending").content.firstElementChild.cloneNode(true);
    item.querySelector("p").textContent = text;
    if (file) {
      const picture = item.querySelector("img");
      picture.src = URL.createObjectURL(file);
      picture.hidden = false;
    }
    pendingBox.append(item);
    toEnd();
    return item;
  }

  function mark(item, state) {
    for (const name of ["wait", "taken", "failed"]) {
      item.querySelector(`[data-${name}]`).hidden = name !== state;
    }
  }

  /** Say something: shown at once, as on its way. Whether the webhook took it. */
  async function say(fields, words, file) {
    const quoted = about?.kind === "quote" ? { quoted: about.id } : {};
    const item = pending(words, file?.type.startsWith("image/") ? file : null);
    complain("");
    if (about?.kind === "quote") settle();
    try {
      const made = await compose({ ...fields, ...quoted, ...(yesterday ? { yesterday: "1" } : {}) });
      await post(made);
      item.dataset.provider = made.id;
      mark(item, "taken");
      look();
      return true;
    } catch (error) {
      mark(item, "failed");
      complain(inWords(error));
      setTimeout(() => item.remove(), 8000);
      return false;
    }
  }

  /** Do something to a message that stands: the thread itself shows it. */
  async function change(fields) {
    complain("");
    try {
      await post(await compose(fields));
      look();
      return true;
    } catch (error) {
      complain(inWords(error));
      return false;
    }
  }

  async function submit() {
    const words = area.value.trim();
    if (!words) return;
    const doing = about;
    area.value = "";
    fit();
    if (doing?.kind === "edit") {
      settle();
      if (words === doing.text || await change({ kind: "edit", message: doing.id, text: words })) return;
    } else if (await say({ kind: "text", text: words }, words)) return;
    if (!area.value) { area.value = words; fit(); }
  }

  /** Begin to answer or to change a message; what is being written is kept aside meanwhile. */
  function begin(kind, more) {
    settle();
    const { words, text } = more.dataset;
    about = { kind, id: more.closest(".said").dataset.id, text, draft: area.value };
    strip.querySelector("[data-about-quote]").hidden = kind !== "quote";
    strip.querySelector("[data-about-edit]").hidden = kind !== "edit";
    strip.querySelector("p").textContent = words;
    unveil(strip, true);
    if (kind === "edit") area.value = text;
    fit();
    area.focus();
  }

  function settle() {
    if (about?.kind === "edit") { area.value = about.draft; fit(); }
    about = null;
    strip.hidden = true;
  }

  // --- From the desk ----------------------------------------------------------------------------

  async function look() {
    const params = new URLSearchParams({ phone: phone.dataset.number, name: phone.dataset.name, group: phone.dataset.group, version });
    const answer = await fetch(`${phone.dataset.thread}?${params}`, { credentials: "same-origin" });
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status === 200) show(await answer.text(), answer.headers.get("X-Version"));
    return undefined;
  }

  function show(html, now) {
    const stick = atEnd();
    const focused = threadBox.contains(document.activeElement) && document.activeElement.closest(".said")?.dataset.id;
    const unfolded = threadBox.querySelector("details.said-choices[open]");
    version = now;
    threadBox.innerHTML = html;
    if (unfolded) threadBox.querySelector("details.said-choices")?.setAttribute("open", "");
    const more = (id) => threadBox.querySelector(`.said[data-id="${id}"] .said-more`);
    if (focused) more(focused)?.focus();
    if (picked) pick(more(picked.closest(".said").dataset.id));
    for (const item of [...pendingBox.children]) {
      const id = item.dataset.provider;
      if (id && threadBox.querySelector(`[data-provider="${CSS.escape(id)}"]`)) item.remove();
    }
    if (stick) toEnd();
  }

  /** Tell the desk, as a provider would, how far its messages have come. */
  async function report(state, kind) {
    const found = [...threadBox.querySelectorAll(`[data-direction="out"][data-state="${state}"]`)]
      .filter((item) => !told.has(`${kind}:${item.dataset.id}`))
      .map((item) => item.dataset.id);
    if (!found.length) return;
    found.forEach((id) => told.add(`${kind}:${id}`));
    try {
      await post(await compose({ kind, ids: found.join(",") }));
    } catch {
      found.forEach((id) => told.delete(`${kind}:${id}`));
    }
  }

  async function beat() {
    for (;;) {
      try {
        if (!document.hidden) {
          await look();
          await report("sent", "delivered");
          await report("delivered", "read");
        }
        if (lost > 2) complain("");
        lost = 0;
      } catch {
        lost += 1;
        if (lost > 2) complain(phone.dataset.lost);
      }
      await pause(lost > 2 ? 4000 : 1000);
    }
  }

  // --- What one does on it ----------------------------------------------------------------------

  function fit() {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }

  /** The menu of one message hangs on its button; none: it closes. */
  function pick(more) {
    picked?.classList.remove("said-picked");
    picked = more;
    more?.classList.add("said-picked");
    if (!more) saidMenu.hidePopover();
  }

  function openMenu(more) {
    const mine = more.dataset.mine !== undefined;
    const ours = more.closest(".said").dataset.direction === "out";
    saidMenu.querySelector("[data-for]").hidden = !ours;
    for (const button of saidMenu.querySelectorAll("[data-emoji]")) {
      button.setAttribute("aria-pressed", String(button.dataset.emoji === more.dataset.reacted));
    }
    saidMenu.querySelector('[data-do="edit"]').hidden = more.dataset.editable === undefined;
    saidMenu.querySelector('[data-do="deletion"]').hidden = !mine;
    saidMenu.dataset.side = mine ? "me" : "desk";
    saidMenu.showPopover();
    pick(more);
    saidMenu.querySelector("button:not([hidden] *):not([hidden])").focus();
  }

  function doWith(more, button) {
    const message = more.closest(".said").dataset.id;
    const { emoji } = button.dataset;
    if (emoji) return change({ kind: "reaction", message, emoji: emoji === more.dataset.reacted ? "" : emoji });
    if (button.dataset.do === "deletion") return change({ kind: "deletion", message });
    return begin(button.dataset.do, more);
  }

  function setYesterday(on) {
    yesterday = on;
    plusMenu.querySelector("[data-yesterday]").setAttribute("aria-pressed", String(on));
    unveil(phone.querySelector("[data-yesterday-on]"), on);
    area.focus();
  }

  /** What stands in the box goes beside a picture or a document. */
  function takeWords() {
    if (about?.kind === "edit") settle();
    const words = area.value.trim();
    area.value = "";
    fit();
    return words;
  }

  async function sendFile(file) {
    const kind = filing;
    const words = kind === "audio" ? "" : takeWords();
    await say({ kind, file, text: words }, [kind === "image" ? "" : file.name, words].filter(Boolean).join("\n"), file);
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  area.addEventListener("input", fit);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    if (event.key === "Escape" && about) settle();
  });
  form.elements.file.addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    await sendFile(file);
    event.target.value = "";
  });
  saidMenu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const inside = !document.activeElement || document.activeElement === document.body || saidMenu.contains(document.activeElement);
    if (inside) picked?.focus();
    pick(null);
  });
  plusMenu.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    plusMenu.hidePopover();
    if (button.dataset.file) {
      filing = button.dataset.file;
      form.elements.file.accept = button.dataset.accept ?? "";
      form.elements.file.click();
    }
    if (button.dataset.send) say({ kind: button.dataset.send }, button.textContent);
    if (button.dataset.yesterday !== undefined) setYesterday(!yesterday);
  });
  saidMenu.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const more = picked;
    if (!button || !more) return;
    saidMenu.hidePopover();
    doWith(more, button);
  });
  phone.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.closest(".phone-menu")) return;
    const { choice, button: tapped, message } = button.dataset;
    if (choice !== undefined || tapped !== undefined) {
      const fields = choice === undefined ? { kind: "button", option: tapped } : { kind: "choice", option: choice };
      button.closest(".said-choices").remove();
      say({ ...fields, message }, button.textContent);
    }
    if (button.dataset.say) { area.value = button.dataset.say; fit(); area.focus(); }
    if (button.dataset.more !== undefined) openMenu(button);
    if (button.dataset.yesterdayOff !== undefined) setYesterday(false);
    if (button.dataset.aboutOff !== undefined) { settle(); area.focus(); }
  });
  // One stop of the Tab key for all messages; the arrows go from one to the other.
  threadBox.addEventListener("keydown", (event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || !event.target.matches(".said-more")) return;
    const all = [...threadBox.querySelectorAll(".said-more")];
    const next = all[all.indexOf(event.target) + (event.key === "ArrowUp" ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.closest(".said").scrollIntoView({ block: "nearest" });
  });
  box.addEventListener("load", () => { if (atEnd()) toEnd(); }, true);

  toEnd();
  beat();
})();
