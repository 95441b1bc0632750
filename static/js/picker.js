// The templates, in a dialog over the conversation. Without this they are a page of their own.
(() => {
  const dialogOf = (part) => part?.closest?.(".talk-picker");

  document.addEventListener("htmx:load", (event) => {
    const picker = event.detail.elt;
    const dialog = dialogOf(picker);
    if (!dialog || !picker.matches(".picker")) return;
    if (!dialog.open) dialog.showModal();
    const empty = [...picker.querySelectorAll(".picker-fields input")].find((field) => !field.value);
    (empty ?? picker.querySelector("[autofocus], .picker-send") ?? dialog).focus();
  });

  document.addEventListener("click", (event) => {
    const dialog = dialogOf(event.target);
    // What is outside of the dialog counts as the dialog itself.
    if (dialog && (event.target === dialog || event.target.closest("[data-picker-close]"))) dialog.close();
  });
  document.addEventListener("close", (event) => {
    if (event.target.matches?.(".talk-picker")) event.target.replaceChildren();
  }, true);
  document.addEventListener("talk-templated", (event) => {
    const talk = event.target.closest(".talk");
    dialogOf(event.target)?.close();
    const box = talk?.querySelector(".talk-scroll");
    if (!box) return;
    box.scrollTop = box.scrollHeight;
    // What opened the dialog may be gone by now.
    (talk.querySelector(".composer:not([hidden]) textarea") ?? box).focus({ preventScroll: true });
  });

  function complain(form, text) {
    const line = form.querySelector(".picker-error");
    line.textContent = text;
    line.hidden = !text;
    line.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.(".talk-picker .picker-form");
    if (form && !form.querySelector(".picker-send").disabled) complain(form, "");
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.target.matches?.(".picker-form")) return;
    const { status, responseText } = event.detail.xhr;
    complain(event.target, [413, 422].includes(status) ? responseText : dialogOf(event.target).dataset.failed);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (event.target.matches?.(".picker-form")) complain(event.target, dialogOf(event.target).dataset.lost);
    });
  }
})();
