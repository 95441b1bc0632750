// Asks once a second whether anything on this page has changed, and tells the parts it concerns.
// A part says what it shows: <div data-pulse="leads" data-pulse-version="7" hx-trigger="pulse" hx-get=…>
// Several keys may be named, with spaces between; without a version the first answer is taken as known.
(() => {
  const EVERY = 1000;
  const SLOWEST = 15000;
  const UNKNOWN = "?"; // no version is called so: the answer says which one it is
  const url = document.currentScript.dataset.url;
  const known = new Map();
  let wait = EVERY;
  let timer;

  const parts = () => [...document.querySelectorAll("[data-pulse]")];
  const keysOf = (part) => part.dataset.pulse.split(" ").filter(Boolean);

  function ownVersion(part, key) {
    // Only a part of one key carries the version it was drawn at.
    return keysOf(part).length === 1 ? part.dataset.pulseVersion : known.get(key);
  }

  function question() {
    const params = new URLSearchParams();
    for (const part of parts()) {
      for (const key of keysOf(part)) {
        // Of two parts drawn at different moments the older one's version is asked about.
        const version = ownVersion(part, key) ?? UNKNOWN;
        if (!params.has(key) || version !== known.get(key)) params.set(key, version);
      }
    }
    return params;
  }

  function tell(versions) {
    for (const part of parts()) {
      let news = false;
      for (const key of keysOf(part)) {
        if (!(key in versions)) continue;
        const before = ownVersion(part, key);
        if (before !== undefined && before !== versions[key]) news = true;
        if (keysOf(part).length === 1) part.dataset.pulseVersion = versions[key];
      }
      if (news) part.dispatchEvent(new CustomEvent("pulse", { bubbles: false }));
    }
    Object.entries(versions).forEach(([key, version]) => known.set(key, version));
  }

  async function ask() {
    const params = question();
    if (![...params.keys()].length) return;
    const answer = await fetch(`${url}?${params}`, {
      headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      credentials: "same-origin",
      signal: AbortSignal.timeout(10000),
    });
    if (answer.status === 403 && answer.headers.has("HX-Redirect")) {
      location.assign(answer.headers.get("HX-Redirect"));
      return;
    }
    if (!answer.ok) throw new Error(`pulse ${answer.status}`);
    if (answer.status === 200) tell(await answer.json());
  }

  async function beat() {
    try {
      await ask();
      if (wait > EVERY) document.dispatchEvent(new CustomEvent("connection", { detail: "fine" }));
      wait = EVERY;
    } catch {
      if (wait > EVERY * 2) document.dispatchEvent(new CustomEvent("connection", { detail: "lost" }));
      wait = Math.min(wait * 2, SLOWEST);
    }
    schedule();
  }

  function schedule() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(beat, wait);
  }

  // What could not be renewed, or was told not to be, is still as it was drawn: the next beat asks.
  for (const name of ["htmx:sendAbort", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const part = event.target;
      if (part.dataset?.pulse && event.detail?.requestConfig?.verb === "get") part.dataset.pulseVersion = UNKNOWN;
    });
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) beat();
  });
  addEventListener("online", () => { wait = EVERY; schedule(); });
  schedule();
})();
