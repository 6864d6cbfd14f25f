// The Close control: the page is emptied at once, the session ends on the server, and this entry of the history is
// replaced. Pressing Escape three times within a second and a half does the same.

const control = document.querySelector('[data-close]');
let leaving = false;

function leave() {
  if (leaving) return;
  leaving = true;
  const to = control.dataset.close;
  const body = control instanceof HTMLFormElement ? new FormData(control) : null;
  document.title = '';
  document.body.replaceChildren();
  if (body) fetch(control.action, { method: 'POST', body, keepalive: true, redirect: 'manual' }).catch(() => {});
  location.replace(to);
}

if (control) {
  control.addEventListener(control instanceof HTMLFormElement ? 'submit' : 'click', (event) => {
    event.preventDefault();
    leave();
  });
  let presses = [];
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    presses = [...presses.filter((at) => event.timeStamp - at < 1500), event.timeStamp];
    if (presses.length >= 3) leave();
  });
  // A page kept in the browser's memory must not come back.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted && leaving) location.replace(control.dataset.close);
  });
}
