// The phone: posts to the real webhook what Meta would post, and shows what the desk has sent.
(() => {
  const phone = document.querySelector("[data-phone]");
  if (!phone) return;
  const form = phone.querySelector(".phone-form");
  const area = form.elements.text;
  const box = phone.querySelector(".phone-scroll");
  const threadBox = document.getElementById("phone-thread");
  const pendingBox = document.getElementById("phone-pending");
  const told = new Set();
  let version = phone.dataset.version;
  let lost = 0;

  const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 48;
  const toEnd = () => { box.scrollTop = box.scrollHeight; };
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

  async function say(fields, words, file) {
    const item = pending(words, file);
    complain("");
    try {
      const made = await compose(fields);
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

  async function submit() {
    const words = area.value.trim();
    if (!words) return;
    area.value = "";
    fit();
    const sent = await say({ kind: "text", text: words }, words);
    if (!sent && !area.value) { area.value = words; fit(); }
  }

  // --- From the desk ----------------------------------------------------------------------------

  async function look() {
    const params = new URLSearchParams({ phone: phone.dataset.number, name: phone.dataset.name, version });
    const answer = await fetch(`${phone.dataset.thread}?${params}`, { credentials: "same-origin" });
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status === 200) show(await answer.text(), answer.headers.get("X-Version"));
    return undefined;
  }

  function show(html, now) {
    const stick = atEnd();
    version = now;
    threadBox.innerHTML = html;
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

  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  area.addEventListener("input", fit);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  form.elements.picture?.addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const words = area.value.trim();
    area.value = "";
    fit();
    await say({ kind: "image", picture: file, text: words }, words, file);
    event.target.value = "";
  });
  phone.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.choice !== undefined) {
      const fields = { kind: "choice", message: button.dataset.message, option: button.dataset.choice };
      button.parentElement.remove();
      say(fields, button.textContent);
    }
    if (button.dataset.say) { area.value = button.dataset.say; fit(); area.focus(); }
    if (button.dataset.place !== undefined) say({ kind: "location" }, button.title);
  });
  box.addEventListener("load", () => { if (atEnd()) toEnd(); }, true);

  toEnd();
  beat();
})();
