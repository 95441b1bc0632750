// Runs before the first paint, so that nobody is dazzled: colours and the sidebar's width.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  function kept(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  }

  function apply() {
    const choice = kept("theme");
    const dark = choice === "dark" || (choice !== "light" && system.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
  }

  root.classList.toggle("sidebar-collapsed", kept("sidebar") === "collapsed");
  root.classList.add("with-js");
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("theme:changed", apply);
})();
