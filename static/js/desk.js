// The shell's behaviour: search box, toasts, theme, sidebar, lost connection.
// Everything listens on the document, so that parts renewed by htmx need no set-up.
(() => {
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window */ } };
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const closest = (event, selector) => event.target instanceof Element && event.target.closest(selector);

  // --- Search -------------------------------------------------------------------------------

  const box = () => document.getElementById("search");
  const results = () => document.getElementById("search-results");
  const options = () => [...results().querySelectorAll('[role="option"]')];

  function showResults(open) {
    if (!box()) return;
    results().classList.toggle("open", open && results().children.length > 0);
    box().setAttribute("aria-expanded", String(results().classList.contains("open")));
    if (!open) point(null);
  }

  function point(option) {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (option) box().setAttribute("aria-activedescendant", option.id);
    else box().removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = options();
    if (!all.length) return;
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    point(all[at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length]);
  }

  function searchKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      showResults(true);
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = results().querySelector('[aria-selected="true"]');
      if (chosen) { event.preventDefault(); chosen.click(); }
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (results().classList.contains("open")) showResults(false);
      else box().blur();
    }
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && box()) {
      event.preventDefault();
      box().focus();
      box().select();
    } else if (event.target === box()) searchKey(event);
  });
  document.addEventListener("focusin", (event) => {
    if (box()) showResults(Boolean(closest(event, "[data-search]")));
  });
  document.addEventListener("click", (event) => {
    if (box() && !closest(event, "[data-search]")) showResults(false);
  });

  // --- Toasts -------------------------------------------------------------------------------

  const UNDO_MS = 6000;

  function schedule(card) {
    if (card.dataset.level === "error") return; // stays until somebody has read it
    let timer;
    const start = () => { timer = setTimeout(() => leave(card), UNDO_MS); };
    const stop = () => clearTimeout(timer);
    card.addEventListener("mouseenter", stop);
    card.addEventListener("focusin", stop);
    card.addEventListener("mouseleave", start);
    card.addEventListener("focusout", start);
    start();
  }

  function leave(card) {
    card.classList.add("leaving");
    setTimeout(() => card.remove(), 150);
  }

  function toast({ text, level, undo_url: undo }) {
    const shape = document.getElementById("toast-template").content.firstElementChild;
    const card = shape.cloneNode(true);
    card.dataset.level = level;
    card.querySelector(".toast-text").textContent = text;
    if (undo) {
      const form = card.querySelector("form");
      form.action = undo;
      form.elements.next.value = location.pathname + location.search;
      form.hidden = false;
    }
    document.getElementById("toasts").append(card);
    schedule(card);
  }

  document.addEventListener("toasts", (event) => {
    (event.detail.value ?? event.detail).forEach(toast);
  });
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-toast-close]");
    if (button) leave(button.closest("[data-toast]"));
  });

  // --- Theme and sidebar --------------------------------------------------------------------

  function setTheme(choice) {
    keep("theme", choice);
    document.dispatchEvent(new Event("theme:changed"));
    showTheme();
  }

  function showTheme() {
    const choice = kept("theme") ?? "auto";
    document.querySelectorAll("[data-theme-choice] [data-choose]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.choose === choice));
    });
  }

  function showSidebar() {
    const collapsed = document.documentElement.classList.contains("sidebar-collapsed");
    document.querySelectorAll("[data-sidebar-toggle]").forEach((button) => {
      button.setAttribute("aria-pressed", String(collapsed));
    });
  }

  document.addEventListener("click", (event) => {
    const choice = closest(event, "[data-choose]");
    if (choice && choice.closest("[data-theme-choice]")) setTheme(choice.dataset.choose);
    if (closest(event, "[data-theme-toggle]")) {
      setTheme(document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    }
    if (closest(event, "[data-sidebar-toggle]")) {
      const collapsed = document.documentElement.classList.toggle("sidebar-collapsed");
      keep("sidebar", collapsed ? "collapsed" : "open");
      showSidebar();
    }
  });

  // --- What waits, in the browser's title ----------------------------------------------------

  const title = document.title;

  function countInTitle() {
    const waiting = [...document.querySelectorAll("#menu [data-waiting]")]
      .reduce((sum, one) => sum + Number(one.dataset.waiting), 0);
    const few = waiting < 100 ? waiting : "99+";
    document.title = waiting ? `(${few}) ${title}` : title;
  }

  // --- A lost connection --------------------------------------------------------------------

  const bar = () => document.getElementById("connection");

  function connection(state) {
    if (!bar()) return;
    bar().hidden = state === "fine";
    if (state !== "fine") bar().textContent = bar().dataset[state];
    bar().dataset.state = state;
  }

  document.addEventListener("connection", (event) => connection(event.detail));
  addEventListener("offline", () => connection("lost"));
  addEventListener("online", () => connection("fine"));
  document.addEventListener("htmx:sendError", () => connection("lost"));
  document.addEventListener("htmx:timeout", () => connection("lost"));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && bar()?.hidden === false) connection("fine");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 503) connection("lost");
    else if (!xhr.getResponseHeader("HX-Trigger")) toast({ text: bar().dataset.failed, level: "error" });
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "search-results") showResults(document.activeElement === box());
    countInTitle();
  });

  document.querySelectorAll("#toasts [data-toast]").forEach(schedule);
  showTheme();
  showSidebar();
  countInTitle();
})();
// Forms that ask first, and views of a list that are kept as the list stands now.
(() => {
  document.addEventListener("submit", (event) => {
    const { confirm: words } = event.target.dataset;
    if (words && !confirm(words)) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-save-view]")) return;
    event.target.elements.query.value = location.search;
    event.target.elements.next.value = location.pathname + location.search;
  });
})();
