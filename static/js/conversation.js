// A conversation that stays alive: what is new appears, what one reads stays in place.
// "talk-begun" and "talk-renewed" tell the composer (composer.js) that the page looks different now.
// Everything listens on the document, so that a panel loaded into another page needs no set-up.
(() => {
  const NEAR = 48; // pixels from the end that still count as being at the end
  const scroller = (talk) => talk.querySelector(".talk-scroll");
  const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  const toEnd = (box) => { box.scrollTop = box.scrollHeight; };

  // --- Renewing the thread without disturbing it ------------------------------------------------

  function parse(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  }

  /** Make the list look like the new one; elements that look the same stay the same elements. */
  function renewList(list, fresh) {
    const items = [...fresh.children].filter((item) => item.dataset.key?.startsWith("m"));
    const first = items.length && list.querySelector(`:scope > [data-key="${items[0].dataset.key}"]`);
    if (!first) {
      list.replaceChildren(...fresh.children);
      window.htmx.process(list);
      return items.length > 0;
    }
    const old = new Map();
    for (let item = first; item; item = item.nextElementSibling) old.set(item.dataset.key, item);
    let before = first.previousElementSibling;
    let added = false;
    for (const item of items) {
      const known = old.get(item.dataset.key);
      old.delete(item.dataset.key);
      if (!known) added = true;
      let here = known;
      if (!known || known.dataset.version !== item.dataset.version) {
        here = item;
        known?.remove();
      }
      const next = before ? before.nextElementSibling : list.firstElementChild;
      if (next !== here) list.insertBefore(here, next);
      if (here === item) window.htmx.process(here);
      before = here;
    }
    old.forEach((item) => item.remove());
    return added;
  }

  /** One line with the day, wherever pages of the thread meet. */
  function tidyDays(list) {
    let day = "";
    for (const item of list.querySelectorAll(":scope > .talk-item")) {
      const line = item.querySelector(":scope > .talk-day");
      if (line) line.hidden = item.dataset.day === day;
      day = item.dataset.day;
    }
  }

  function replaceIfOther(old, fresh) {
    const words = (part) => part.textContent.replace(/\s+/g, " ").trim();
    if (words(old) === words(fresh)) return;
    const talk = old.closest(".talk");
    old.replaceWith(fresh);
    window.htmx.process(fresh);
    // The button just pressed is gone: what comes next is writing (a phone's keyboard stays down).
    const acted = talk.dataset.acted;
    delete talk.dataset.acted;
    if (acted && matchMedia("(hover: hover)").matches) talk.querySelector(".composer textarea")?.focus();
  }

  function renew(live, html) {
    const fresh = parse(html).querySelector(".talk-live");
    if (!fresh) return;
    const box = live.querySelector(".talk-scroll");
    const stick = atEnd(box);
    const list = box.querySelector(".talk-list");
    const added = renewList(list, fresh.querySelector(".talk-list"));
    box.querySelector(":scope > .empty-state")?.toggleAttribute("hidden", list.children.length > 0);
    tidyDays(list);
    replaceIfOther(live.querySelector(".talk-head"), fresh.querySelector(".talk-head"));
    replaceIfOther(live.querySelector(".talk-handing"), fresh.querySelector(".talk-handing"));
    replaceIfOther(live.querySelector(".talk-note"), fresh.querySelector(".talk-note"));
    replaceIfOther(live.querySelector(".talk-closed"), fresh.querySelector(".talk-closed"));
    if (live.dataset.from !== fresh.dataset.from) {
      live.dataset.from = fresh.dataset.from;
      live.setAttribute("hx-get", fresh.getAttribute("hx-get"));
    }
    live.dataset.pulseVersion = fresh.dataset.pulseVersion;
    for (const name of ["mayReply", "open", "turnsIn"]) live.dataset[name] = fresh.dataset[name];
    turnLater(live);
    live.dispatchEvent(new CustomEvent("talk-renewed", { bubbles: true }));
    keepPlace(live.closest(".talk"), box);
    if (stick) toEnd(box);
    else if (added) live.querySelector(".talk-down").hidden = false;
  }

  /** The button just pressed on a message is gone: the keyboard stays among the messages. */
  function keepPlace(talk, box) {
    const lost = talk.dataset.settled && (!document.activeElement || document.activeElement === document.body);
    delete talk.dataset.settled;
    if (lost) box.focus({ preventScroll: true });
  }

  /** The provider's window closes by the clock: then the page is drawn again without being asked. */
  const turns = new WeakMap();
  function turnLater(live) {
    clearTimeout(turns.get(live));
    if (!live.dataset.turnsIn) return;
    turns.set(live, setTimeout(() => window.htmx.trigger(live, "pulse"), live.dataset.turnsIn * 1000));
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const acts = event.target.closest?.(".talk-acts");
    if (acts) acts.closest(".talk").dataset.acted = "yes";
    const settled = event.target.closest?.(".bubble-trouble");
    if (settled) settled.closest(".talk").dataset.settled = "yes";
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, serverResponse } = event.detail;
    if (!target?.matches?.(".talk-live") || xhr.status !== 200) return;
    event.detail.shouldSwap = false;
    renew(target, serverResponse);
  });

  // A renewal that failed is asked for again at the next beat.
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const live = event.detail.elt;
      if (live?.matches?.(".talk-live")) live.dataset.pulseVersion = "lost";
    });
  }

  // --- Earlier messages, and where one stands ---------------------------------------------------

  let from = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const item = event.detail.target;
    if (!item?.matches?.(".talk-earlier")) return;
    const box = item.closest(".talk-scroll");
    from = { box, list: item.parentElement, end: box.scrollHeight - box.scrollTop };
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!from) return;
    const { box, list, end } = from;
    from = null;
    tidyDays(list);
    box.scrollTop = box.scrollHeight - end;
  });

  document.addEventListener("scroll", (event) => {
    if (!event.target.matches?.(".talk-scroll")) return;
    const box = event.target;
    box.dataset.atEnd = atEnd(box) ? "yes" : "no";
    if (atEnd(box)) box.closest(".talk-live").querySelector(".talk-down").hidden = true;
  }, true);

  // A picture that has just arrived pushes the rest down: who was at the end stays there.
  document.addEventListener("load", (event) => {
    const box = event.target.closest?.(".talk-scroll");
    if (box && box.dataset.atEnd !== "no") toEnd(box);
  }, true);

  document.addEventListener("click", (event) => {
    const down = event.target.closest?.(".talk-down");
    if (down) toEnd(down.closest(".talk-live").querySelector(".talk-scroll"));
    const quote = event.target.closest?.("[data-quote]");
    if (!quote) return;
    event.preventDefault();
    const item = quote.closest(".talk-list").querySelector(`[data-key="${quote.dataset.quote}"]`);
    item?.scrollIntoView({ block: "center", behavior: "smooth" });
    item?.classList.add("talk-found");
    setTimeout(() => item?.classList.remove("talk-found"), 1600);
  });

  // --- When a conversation comes onto the page --------------------------------------------------

  function begin(talk) {
    if (talk.dataset.begun) return;
    talk.dataset.begun = "yes";
    tidyDays(talk.querySelector(".talk-list"));
    const box = scroller(talk);
    toEnd(box);
    // A composer that grows takes the room from the messages: who was at their end stays there.
    new ResizeObserver(() => { if (box.dataset.atEnd !== "no") toEnd(box); }).observe(box);
    turnLater(talk.querySelector(".talk-live"));
    talk.dispatchEvent(new CustomEvent("talk-begun", { bubbles: true }));
  }

  document.addEventListener("talk-replied", (event) => {
    const talk = event.target.closest?.(".talk");
    if (talk) toEnd(scroller(talk));
  });

  const beginAll = () => document.querySelectorAll(".talk").forEach(begin);
  document.addEventListener("htmx:load", beginAll);
  document.addEventListener("DOMContentLoaded", beginAll);
  if (document.readyState !== "loading") beginAll();
})();
