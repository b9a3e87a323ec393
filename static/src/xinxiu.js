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

// A second click on the same button does not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
