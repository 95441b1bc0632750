// Reviewing a receipt: keys, zoom, and telling the house that the page is still open.
(() => {
  const HOLD_EVERY = 45000; // ms; a colleague may have it three minutes after the last time
  const LARGEST = 8;
  const STEP = 1.4;
  // Whoever types "aa" approves one receipt, not the next one unseen.
  const SEEN_FOR = 800;
  const stage = document.querySelector("[data-stage]");
  const pages = [...stage.querySelectorAll("img")];
  let zoom = 1;

  // --- Zoom ---------------------------------------------------------------------------------

  function setZoom(wanted, at) {
    const before = zoom;
    zoom = Math.min(Math.max(wanted, 1), LARGEST);
    if (zoom === before) return;
    const box = stage.getBoundingClientRect();
    const x = at ? at.clientX - box.left : box.width / 2;
    const y = at ? at.clientY - box.top : box.height / 2;
    const left = (stage.scrollLeft + x) / stage.scrollWidth;
    const top = (stage.scrollTop + y) / stage.scrollHeight;
    stage.classList.remove("zoomed");
    pages.forEach((page) => { page.style.width = ""; });
    if (zoom > 1) {
      const widths = pages.map((page) => page.getBoundingClientRect().width);
      stage.classList.add("zoomed");
      pages.forEach((page, number) => { page.style.width = `${widths[number] * zoom}px`; });
    }
    stage.scrollLeft = left * stage.scrollWidth - x;
    stage.scrollTop = top * stage.scrollHeight - y;
  }

  const zooming = { in: () => setZoom(zoom * STEP), out: () => setZoom(zoom / STEP), fit: () => setZoom(1) };
  document.querySelectorAll("[data-zoom]").forEach((button) => {
    button.addEventListener("click", () => zooming[button.dataset.zoom]());
  });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    setZoom(event.deltaY < 0 ? zoom * STEP : zoom / STEP, event);
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => setZoom(zoom > 1 ? 1 : 3, event));

  // --- Dragging, with a mouse: a finger scrolls by itself --------------------------------------

  let from = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("dragging");
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from) return;
    stage.scrollLeft = from.x - event.clientX;
    stage.scrollTop = from.y - event.clientY;
  });
  const drop = () => { from = null; stage.classList.remove("dragging"); };
  stage.addEventListener("pointerup", drop);
  stage.addEventListener("pointercancel", drop);

  // --- Keys ---------------------------------------------------------------------------------

  const typing = (target) => target instanceof Element &&
    target.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

  function keyed(key) {
    return [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.split(" ").includes(key));
  }

  let shownAt = Infinity; // when page and pictures were all there
  const shown = () => { shownAt = performance.now(); };
  if (document.readyState === "complete") shown();
  else addEventListener("load", shown);
  const seen = () => performance.now() - shownAt > SEEN_FOR;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (typing(event.target)) {
      if (event.key === "Escape" && event.target.closest(".review")) stage.focus();
      return;
    }
    const target = keyed(event.key);
    if (!target || (event.key === "a" && !seen())) return;
    event.preventDefault();
    target.click();
  });

  const reject = document.querySelector(".reject");
  reject?.addEventListener("toggle", () => {
    if (reject.open) reject.querySelector("input[type=radio]")?.focus();
  });
  if (reject?.open) reject.querySelector("input[type=radio]")?.focus();

  // The amount is booked in the currency of the loan that is chosen.
  const loan = document.querySelector("#review-form select[name=loan]");
  loan?.addEventListener("change", () => {
    const label = loan.form.querySelector(`label[for="${loan.form.elements.amount.id}"]`);
    label.firstChild.nodeValue = loan.selectedOptions[0].dataset.amount;
  });

  // What could not be done is said beside the facts, which a phone shows below the picture.
  const wrong = document.querySelector(".review-side [aria-invalid=true], .review-side .form-errors");
  wrong?.scrollIntoView({ block: "center" });
  if (wrong?.matches("[aria-invalid]")) wrong.focus({ preventScroll: true });

  // --- Once, and while it is open ----------------------------------------------------------------

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-once]");
    if (!form) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", (event) => {
    // Back in a page that was put aside: it may be decided by now, or a colleague's.
    if (event.persisted) location.reload();
  });

  const door = document.querySelector("[data-hold-door]");
  const hold = () => { if (door && !document.hidden) door.dispatchEvent(new CustomEvent("hold")); };
  if (door) setInterval(hold, HOLD_EVERY);
  document.addEventListener("visibilitychange", hold);
})();
