// Editing in place: Escape gives up.
(() => {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(event.target instanceof Element)) return;
    const form = event.target.closest("[data-editing]");
    if (!form) return;
    event.preventDefault();
    form.querySelector("[data-give-up]")?.click();
  });
})();
