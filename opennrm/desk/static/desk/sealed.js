// What was opened for a purpose closes by itself. The moment is reckoned by the clock, so a sleeping machine closes
// it on waking; a page kept in memory is closed on return.

for (const opened of document.querySelectorAll('[data-closes-after]')) {
  const until = Date.now() + Number(opened.dataset.closesAfter) * 60_000;
  const to = opened.dataset.closesTo;
  const close = () => {
    opened.replaceChildren();
    location.replace(to || location.href);
  };
  const look = () => {
    if (Date.now() >= until) close();
  };
  setInterval(look, 1000);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) close();
  });
}
