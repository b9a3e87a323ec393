// Small comforts. Every page works without this file.

// An error summary takes the focus, so that it is read first.
document.querySelector("[data-focus]")?.focus();

// Numbers get a copy button.
if (navigator.clipboard) {
  for (const number of document.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "xx-copy";
    button.textContent = number.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(number.textContent.trim());
      button.textContent = number.dataset.copied;
      setTimeout(() => { button.textContent = number.dataset.copy; }, 2000);
    });
    number.after(button);
  }
}

// A second click on the same button does not send a form twice. A preview (another method) does not count.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const method = event.submitter?.getAttribute("formmethod") || form.getAttribute("method") || "get";
  if (event.defaultPrevented || method.toLowerCase() !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Lists by keyboard: j and k walk the rows (Enter opens the link in focus), / searches, ? shows the keys.
const keys = document.querySelector("[data-keys]");
if (keys) {
  const links = [...document.querySelectorAll("[data-row-link]")];
  const step = (by) => {
    const here = links.indexOf(document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by;
    links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const actions = {
      j: () => step(1),
      k: () => step(-1),
      "/": () => document.querySelector("[data-search]")?.focus(),
      "?": () => { keys.open = !keys.open; },
    };
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });
}
