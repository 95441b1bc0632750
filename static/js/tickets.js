// Tickets: chosen rows, the board, who else is here, and what one writes.
// Everything listens on the document, so that parts renewed by htmx need no set-up.
(() => {
  const LOOK_EVERY = 2000; // colleagues see each other's names within three seconds

  // --- Chosen rows of the list ------------------------------------------------------------------

  const chosen = new Set();
  const boxes = () => [...document.querySelectorAll('input[name="ticket"]')];

  function showChosen() {
    const bulk = document.getElementById("bulk");
    if (!bulk) return;
    const here = boxes();
    const present = new Set(here.map((box) => box.value));
    chosen.forEach((key) => { if (!present.has(key)) chosen.delete(key); });
    here.forEach((box) => { box.checked = chosen.has(box.value); });
    bulk.classList.toggle("bulk-on", chosen.size > 0);
    const words = bulk.querySelector("[data-chosen]");
    words.textContent = `${chosen.size} ${words.dataset.words}`;
    const all = bulk.querySelector("[data-choose-all]");
    all.checked = here.length > 0 && chosen.size === here.length;
    all.indeterminate = chosen.size > 0 && !all.checked;
  }

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches?.('input[name="ticket"]')) {
      if (box.checked) chosen.add(box.value);
      else chosen.delete(box.value);
      showChosen();
    } else if (box.matches?.("[data-choose-all]")) {
      boxes().forEach((one) => { if (box.checked) chosen.add(one.value); else chosen.delete(one.value); });
      showChosen();
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "bulk") event.target.elements.next.value = location.pathname + location.search;
  });
  document.addEventListener("htmx:afterSwap", showChosen);

  // --- The person is told: one is asked before -----------------------------------------------------

  document.addEventListener("htmx:confirm", (event) => {
    const form = event.target;
    if (!form.matches?.("[data-status-form]")) return;
    const select = form.querySelector("select");
    const wanted = event.detail.triggeringEvent?.submitter?.value ?? select?.value;
    if (wanted !== "resolved") return;
    event.preventDefault();
    if (confirm(form.closest("[data-resolving]").dataset.resolving)) event.detail.issueRequest(true);
    else if (select) select.value = form.elements.was.value;
  });

  // --- The board ----------------------------------------------------------------------------------

  let dragged = null;
  let moved = "";
  const columnOf = (event) => dragged && event.target.closest?.(".board-column");
  const wayTo = (column) => dragged?.querySelector(`button[name="status"][value="${column.dataset.column}"]`);
  const mark = (column) => document.querySelectorAll(".board-column").forEach((one) => one.classList.toggle("board-over", one === column));

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.('.board-card[draggable="true"]') ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.card);
    dragged.classList.add("board-dragged");
  });
  document.addEventListener("dragover", (event) => {
    const column = columnOf(event);
    const way = column && wayTo(column);
    if (way) event.preventDefault();
    if (dragged) mark(way ? column : null);
  });
  document.addEventListener("drop", (event) => {
    const column = columnOf(event);
    const way = column && wayTo(column);
    if (!way) return;
    event.preventDefault();
    way.click();
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("board-dragged");
    dragged = null;
    mark(null);
  });
  // A board that is drawn anew under a dragged card would take it away.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (dragged && event.target.id === "board") event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    moved = event.target.closest?.(".board-ways button") ? event.target.closest(".board-card").dataset.card : moved;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!moved || !document.getElementById("board") || event.detail.target.id !== "board") return;
    // Who moves cards by keyboard stays with the card.
    if (document.activeElement === document.body) document.querySelector(`[data-card="${moved}"] a`)?.focus();
    moved = "";
  });

  // --- Who else is here ---------------------------------------------------------------------------

  const hereLine = () => document.querySelector("[data-here]");
  setInterval(() => { if (!document.hidden) hereLine()?.dispatchEvent(new Event("look")); }, LOOK_EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) hereLine()?.dispatchEvent(new Event("look")); });
  addEventListener("pagehide", () => {
    const token = document.querySelector("#say [name=csrfmiddlewaretoken], [name=csrfmiddlewaretoken]")?.value;
    if (!hereLine() || !token) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    navigator.sendBeacon(hereLine().dataset.leave, body);
  });

  // --- Writing --------------------------------------------------------------------------------------

  const form = () => document.getElementById("say");
  const draft = () => `ticket-draft:${location.pathname}`;
  // With its kind: what was written for colleagues never comes back as an answer.
  function store() {
    const { text, kind } = form().elements;
    try {
      if (text.value) sessionStorage.setItem(draft(), JSON.stringify({ text: text.value, kind: kind.value }));
      else sessionStorage.removeItem(draft());
    } catch { /* no drafts then */ }
  }
  function stored() {
    try { return JSON.parse(sessionStorage.getItem(draft())) ?? {}; } catch { return {}; }
  }
  function choose(kind) {
    for (const one of form().querySelectorAll('input[name="kind"]')) one.checked = one.value === kind && !one.disabled;
  }

  function ask(words) {
    const place = document.getElementById("say-ask");
    place.replaceChildren();
    if (!words) return;
    const line = document.createElement("p");
    line.className = "say-error";
    line.setAttribute("role", "alert");
    line.textContent = words;
    place.append(line);
  }

  function showFiles() {
    const line = form().querySelector("[data-say-files]");
    const names = [...form().elements.files.files].map((file) => file.name);
    line.textContent = names.length ? names.join(", ") : line.dataset.none;
  }

  function insert(text) {
    const area = form().elements.text;
    const [start, end] = [area.selectionStart, area.selectionEnd];
    area.setRangeText(text, start, end, "end");
    area.focus();
    store();
  }

  document.addEventListener("ticket-said", () => {
    const kind = form().elements.kind.value;
    form().reset();
    form().elements.text.value = "";
    choose(kind);
    const { seen, form: next } = document.getElementById("thread").dataset;
    document.getElementById("seen").value = seen;
    document.getElementById("say-form").value = next;
    store();
    ask("");
    showFiles();
    form().elements.text.focus();
  });
  document.addEventListener("click", (event) => {
    const on = event.target.closest?.("[data-say-on]");
    if (!on) return;
    document.getElementById("seen").value = on.dataset.sayOn;
    ask("");
    form().elements.text.focus();
    document.querySelector(".thread-news")?.remove();
  });
  document.addEventListener("input", (event) => { if (event.target.id === "say-text") store(); });
  document.addEventListener("change", async (event) => {
    if (event.target.matches?.('#say input[type="file"]')) showFiles();
    if (event.target.matches?.('#say input[name="kind"]')) store();
    if (!event.target.matches?.("[data-say-canned]") || !event.target.value) return;
    const url = event.target.value;
    event.target.value = "";
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      insert(await answer.text());
    } catch {
      ask(form().dataset.failed);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "say-text" || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    // Held down or pressed twice: the first sending goes on, and says what became of it.
    const button = form().querySelector(".say-send");
    if (!event.repeat && !button.disabled) form().requestSubmit(button);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "say-ask") return;
    const news = event.detail.target.querySelector(".say-news");
    news?.scrollIntoView({ block: "nearest" });
    news?.querySelector("button")?.focus({ preventScroll: true });
  });
  for (const [name, words] of [["htmx:sendError", "lost"], ["htmx:timeout", "lost"], ["htmx:responseError", "failed"]]) {
    document.addEventListener(name, (event) => { if (event.target.id === "say") ask(event.target.dataset[words]); });
  }

  const area = document.getElementById("say-text");
  if (area && !area.value) {
    const { text, kind } = stored();
    if (text) {
      area.value = text;
      // Where nobody can be answered any more only a note is left.
      if (kind === "note") choose(kind);
    }
  }
  showChosen();
})();
