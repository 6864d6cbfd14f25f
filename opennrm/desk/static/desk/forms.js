// Comfort for forms; every form works without it.
// 1. The error summary takes the focus. 2. A form is sent once. 3. What was written survives an expired session:
//    it stays on the open page, in memory only, until the person has signed in again in another window.

for (const summary of document.querySelectorAll('[data-errors]')) {
  summary.focus();
  break;
}

// A link of the summary goes to its field and puts the focus into it.
document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-errors] a[href^="#"]');
  const field = link && document.getElementById(link.getAttribute('href').slice(1));
  if (!field) return;
  event.preventDefault();
  (field.closest('.field') ?? field).scrollIntoView();
  field.focus({ preventScroll: true });
});

const sent = new WeakSet();

function busy(form, button) {
  sent.add(form);
  const shown = button ?? form.querySelector('button[type="submit"]');
  if (!shown) return;
  shown.setAttribute('aria-disabled', 'true');
  const words = shown.querySelector('span') ?? shown;
  if (shown.dataset.busy) {
    shown.dataset.word = words.textContent;
    words.textContent = shown.dataset.busy;
  }
}

function ready(form) {
  sent.delete(form);
  for (const button of form.querySelectorAll('[aria-disabled="true"]')) {
    button.removeAttribute('aria-disabled');
    const words = button.querySelector('span') ?? button;
    if (button.dataset.word) words.textContent = button.dataset.word;
  }
}

// The field carries the pressed button's name, since a form sent by script forgets it.
function carry(form, button) {
  form.querySelector('input[data-pressed]')?.remove();
  if (!button?.name) return;
  const field = document.createElement('input');
  Object.assign(field, { type: 'hidden', name: button.name, value: button.value });
  field.dataset.pressed = '';
  form.append(field);
}

async function keepDraft(form, button) {
  let answer;
  try {
    const reply = await fetch(form.dataset.keepDraft, {
      headers: { Accept: 'application/json' },
      cache: 'no-store',
      redirect: 'error',
    });
    answer = await reply.json();
  } catch {
    return tell(form, 'offline');
  }
  if (!answer.signed_in) return tell(form, 'signed-out');
  if (answer.account !== form.dataset.account) return tell(form, 'someone-else');
  const token = form.querySelector('input[name="csrfmiddlewaretoken"]');
  if (token) token.value = answer.token;
  carry(form, button);
  HTMLFormElement.prototype.submit.call(form);
}

function tell(form, what) {
  ready(form);
  for (const notice of form.querySelectorAll('[data-draft]')) {
    notice.hidden = notice.dataset.draft !== what;
    if (!notice.hidden) notice.focus();
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  busy(form, event.submitter);
  // What the clock of this device says, kept beside the server's. The form is complete without it.
  for (const field of form.querySelectorAll('[data-device-time]')) field.value ||= new Date().toISOString();
  if (form.dataset.keepDraft) {
    event.preventDefault();
    keepDraft(form, event.submitter);
  }
});

// Coming back by the browser's Back shows the form ready again.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) for (const form of document.forms) ready(form);
});

// The rest of the header's menu opens without a script; with one it closes by Escape and by a click elsewhere.
const more = document.querySelector('.site-more');
if (more) {
  document.addEventListener('click', (event) => {
    if (!more.contains(event.target)) more.open = false;
  });
  more.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !more.open) return;
    more.open = false;
    more.querySelector('summary').focus();
  });
}
