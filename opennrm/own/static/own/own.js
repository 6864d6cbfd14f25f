// Nothing of a page that was left comes back from the browser's memory: it is fetched anew, and asks for the way in.

window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
window.addEventListener('pagehide', () => document.body.replaceChildren());

for (const summary of document.querySelectorAll('[data-errors]')) summary.focus();
