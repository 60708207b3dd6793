// A page that is over leads to data-onwards after data-moment seconds; its link leads there too.
(() => {
  const over = document.querySelector('[data-onwards]');
  if (over) setTimeout(() => location.replace(over.dataset.onwards), Number(over.dataset.moment) * 1000);
})();

// A page of a payment that waits looks at itself every data-reload seconds, while somebody looks at it, and loads itself again
// once it would show something else than data-seen: so nobody who reads it, or is about to press a button, is interrupted.
(() => {
  const waiting = document.querySelector('[data-reload]');
  if (!waiting) return;
  const { reload, seen } = waiting.dataset;
  const isAsSeen = async () => {
    const signal = AbortSignal.timeout(20_000);
    const response = await fetch(location.href, { cache: 'no-store', redirect: 'error', signal });
    const isBusy = response.status === 429 || response.status >= 500;
    return isBusy || (await response.text()).includes(` data-seen="${seen}"`);
  };
  const look = async () => {
    if (document.hidden || (await isAsSeen().catch(() => true))) return later();
    location.replace(location.pathname);
  };
  const later = () => setTimeout(look, Number(reload) * 1000);
  later();
})();

// A page that waits carries data-poll (seconds) and data-seen (what it shows). This script polls the status and leaves the
// page when that has changed. Without scripts the page's own <noscript> refresh does the same. A page whose person may go
// on with their phone carries data-follow: it polls without a visit, and leads there once anything has changed.
(() => {
  const waiting = document.querySelector('[data-poll]') ?? document.querySelector('[data-follow]');
  if (!waiting) return;
  const LONGEST_MS = 60_000;
  const PRESS_WITHIN_MS = 120_000;
  // Most verdicts come in the first minute.
  const EVEN_MS = 60_000;
  const opened = Date.now();
  const first = Number(waiting.dataset.poll ?? 5) * 1000;
  const { seen, follow } = waiting.dataset;
  // A person who is done on their phone looks at this page at once.
  const longest = follow && waiting.dataset.poll ? 15_000 : LONGEST_MS;
  const source = follow ? '/jumio/verify' : '/jumio/status';
  let pause = first;
  let due = 0;
  let timer;
  // From the request to its response, and after the form was submitted.
  let isPolling = false;
  let isSubmitted = false;

  // A page that answers a press carries that form. It is submitted once more when the link is ready: once, soon after the
  // press, and only if nothing else has changed.
  const form = document.querySelector('[data-press]');
  // To reload this page, or to come back to it, must not submit the form again.
  if (form) history.replaceState(null, '', location.href);

  // Not reload(): for a page that answers a form the browser would ask whether to submit it again.
  const load = () => location.replace(location.pathname + location.search);

  const isLinkReady = ({ status, waiting_on, next }) =>
    seen.startsWith(`${status} `) && waiting_on === 'person' && next === 'verify';

  // A page that offers the phone shows the consent alone: its attempt is being made while the person reads.
  const isAsSeen = ({ status, waiting_on, next, consent }) => {
    if (!follow) return next === 'wait' && seen === `${status} ${waiting_on}`;
    const agreed = consent.declined ? 'declined' : consent.given;
    return next === 'verify' && `${status} ${agreed}`.endsWith(seen);
  };

  const leave = (answer) => {
    // The person has pressed a button here: their own form leads on.
    if (follow) return isSubmitted || location.replace(follow);
    if (!form || !isLinkReady(answer) || Date.now() - opened > PRESS_WITHIN_MS) return load();
    isSubmitted = true;
    form.submit();
  };

  const pollLater = (seconds) => {
    isPolling = false;
    if (Date.now() - opened >= EVEN_MS) pause = Math.min(longest, pause * 1.5);
    due = Date.now() + Math.max(pause, (Number(seconds) || 0) * 1000);
    schedule();
  };

  const schedule = () => {
    clearTimeout(timer);
    if (!document.hidden && !isPolling) timer = setTimeout(poll, Math.max(0, due - Date.now()));
  };

  const read = async (response) => {
    const answer = await response.json();
    const { retry_after, somebody_else } = answer;
    // This page is another account's: the status page says so, once.
    if (somebody_else) return location.replace('/jumio/status');
    if (!isAsSeen(answer)) return leave(answer);
    // How long the status may take says nothing about how fast a person is.
    pollLater(follow ? 0 : retry_after);
  };

  const poll = async () => {
    isPolling = true;
    try {
      const response = await fetch(source, {
        headers: { accept: 'application/json' },
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(20_000),
      });
      const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
      if (response.ok && isJson) return await read(response);
      // Too many requests, or the service is down for a moment: the response says when to retry.
      if (response.status === 429 || response.status >= 500) return pollLater(response.headers.get('retry-after'));
      load();
    } catch {
      pollLater();
    }
  };

  due = Date.now() + first;
  if (follow) addEventListener('submit', () => (isSubmitted = true));
  document.addEventListener('visibilitychange', schedule);
  // Back from where the form led: load the current page, and submit nothing.
  addEventListener('pageshow', () => (isSubmitted ? load() : schedule()));
  schedule();
})();
