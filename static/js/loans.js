// A new loan: the product fills in its usual number of installments, the disbursement the first due
// date, as long as nobody wrote something else there.
(() => {
  const DAYS = { week: 7, fortnight: 14 };
  const form = document.getElementById("loan-form");
  if (!form) return;
  const { product, terms, disbursed_on: disbursed, first_due: due, rate } = form.elements;
  // What comes back after an error is what somebody wrote.
  const touched = new Set("bound" in form.dataset ? [terms, due].filter((field) => field.defaultValue) : []);

  function after(day, every) {
    const next = new Date(`${day}T00:00:00Z`);
    if (Number.isNaN(next.getTime())) return "";
    if (every in DAYS) next.setUTCDate(next.getUTCDate() + DAYS[every]);
    else {
      const wanted = next.getUTCDate();
      next.setUTCMonth(next.getUTCMonth() + 1);
      // 31 January and a month is the last of February, not the third of March.
      if (next.getUTCDate() !== wanted) next.setUTCDate(0);
    }
    return next.toISOString().slice(0, 10);
  }

  function fill() {
    const said = product.selectedOptions[0]?.dataset ?? {};
    if (said.terms && !touched.has(terms)) terms.value = said.terms;
    if (rate) rate.placeholder = said.rate ?? "";
    if (!touched.has(due) && disbursed.value) due.value = after(disbursed.value, said.every) || due.value;
  }

  form.addEventListener("input", (event) => {
    if (event.target === terms || event.target === due) touched.add(event.target);
    if (event.target === product || event.target === disbursed) fill();
  });
  fill();
})();
