// The clock of the operator's own device, kept beside the server's. The page works without it.
for (const field of document.querySelectorAll('[data-device-time]')) {
  if (!field.value) field.value = new Date().toISOString();
}

// Control or Command and Enter keeps the call from any field.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.('.call-form');
  form?.requestSubmit(form.querySelector('button[type="submit"]'));
});
