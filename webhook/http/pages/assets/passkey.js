// A form with data-passkey asks the authenticator before it is submitted. data-passkey is what the browser is asked for, as
// JSON with base64url for bytes; what the authenticator signed goes into the field `assertion`. Without scripts, and without
// a browser that knows passkeys, the form stays hidden: the page offers other ways.
(() => {
  const form = document.querySelector('form[data-passkey]');
  if (!form || !window.PublicKeyCredential) return;
  const button = form.querySelector('button');
  const unused = form.querySelector('[data-unused]');

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));

  const base64url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/=+$/, '');

  const sign = async ({ challenge, allowCredentials, ...options }) => {
    const allowed = allowCredentials.map((each) => ({ ...each, id: bytes(each.id) }));
    const publicKey = { ...options, challenge: bytes(challenge), allowCredentials: allowed };
    const { rawId, response } = await navigator.credentials.get({ publicKey });
    const { authenticatorData, clientDataJSON, signature, userHandle } = response;
    return {
      credentialId: base64url(rawId),
      authenticatorData: base64url(authenticatorData),
      clientDataJSON: base64url(clientDataJSON),
      signature: base64url(signature),
      userHandle: userHandle?.byteLength ? base64url(userHandle) : null,
    };
  };

  const answer = async () => {
    button.disabled = true;
    unused.textContent = '';
    try {
      form.elements.assertion.value = JSON.stringify(await sign(JSON.parse(form.dataset.passkey)));
      form.submit();
    } catch {
      // The person closed the dialog, or has no such passkey here. Nothing was signed, so nothing is sent.
      unused.textContent = unused.dataset.unused;
      button.disabled = false;
    }
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void answer();
  });

  // Back from where the form led: the answer is spent.
  addEventListener('pageshow', () => {
    form.elements.assertion.value = '';
    button.disabled = false;
  });
  form.hidden = false;
})();
