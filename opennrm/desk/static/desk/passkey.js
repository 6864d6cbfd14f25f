// Passkeys: the browser makes or shows one, and its answer is sent as a form. Where it cannot, nothing of it is shown.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

async function made(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  };
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
  return {
    id,
    rawId: text(rawId),
    type,
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  };
}

async function shown(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: known(options.allowCredentials),
  };
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
  return {
    id,
    rawId: text(rawId),
    type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

async function ask(form) {
  const body = new FormData();
  body.set('csrfmiddlewaretoken', form.elements.csrfmiddlewaretoken.value);
  body.set('purpose', form.dataset.passkey);
  const reply = await fetch(form.dataset.options, { method: 'POST', body, cache: 'no-store', redirect: 'error' });
  if (!reply.ok) throw new Error('no options');
  const options = await reply.json();
  return form.dataset.passkey === 'add' ? made(options) : shown(options);
}

const isNumber = /^[\d.]+$|:/.test(location.hostname);
const can = 'PublicKeyCredential' in window && !isNumber;

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const place = form.parentElement;
  const cannot = place.querySelector('[data-passkey-cannot]');
  if (isNumber) place.querySelector('[data-passkey-no-name]').hidden = false;
  if (cannot) cannot.hidden = can || isNumber;
  form.hidden = !can;
  let waiting = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (waiting) return;
    waiting = true;
    const button = form.querySelector('button');
    const words = button.querySelector('span');
    const before = words.textContent;
    const failed = form.querySelector('[data-passkey-failed]');
    failed.hidden = true;
    button.setAttribute('aria-disabled', 'true');
    words.textContent = button.dataset.busy;
    try {
      form.elements.answer.value = JSON.stringify(await ask(form));
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      failed.hidden = false;
      failed.focus();
      words.textContent = before;
      button.removeAttribute('aria-disabled');
      waiting = false;
    }
  });
}
