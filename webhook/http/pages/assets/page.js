// A page that is over leads to data-onwards after data-moment seconds; its link leads there too.
(() => {
  const over = document.querySelector('[data-onwards]');
  if (over) setTimeout(() => location.replace(over.dataset.onwards), Number(over.dataset.moment) * 1000);
})();

// A page that waits carries data-poll (seconds) and data-seen (what it shows). This script polls the status and leaves the
// page when that has changed. Without scripts the page's own <noscript> refresh does the same.
(() => {
  const waiting = document.querySelector('[data-poll]');
  if (!waiting) return;
  const LONGEST_MS = 60_000;
  const PRESS_WITHIN_MS = 120_000;
  const opened = Date.now();
  const first = Number(waiting.dataset.poll) * 1000;
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
    waiting.dataset.seen.startsWith(`${status} `) && waiting_on === 'person' && next === 'verify';

  const leave = (answer) => {
    if (!form || !isLinkReady(answer) || Date.now() - opened > PRESS_WITHIN_MS) return load();
    isSubmitted = true;
    form.submit();
  };

  const pollLater = (seconds) => {
    isPolling = false;
    pause = Math.min(LONGEST_MS, pause * 1.5);
    due = Date.now() + Math.max(pause, (Number(seconds) || 0) * 1000);
    schedule();
  };

  const schedule = () => {
    clearTimeout(timer);
    if (!document.hidden && !isPolling) timer = setTimeout(poll, Math.max(0, due - Date.now()));
  };

  const read = async (response) => {
    const answer = await response.json();
    const { status, waiting_on, next, retry_after, somebody_else } = answer;
    // This page is another account's: the status page says so, once.
    if (somebody_else) return location.replace('/jumio/status');
    if (next !== 'wait' || waiting.dataset.seen !== `${status} ${waiting_on}`) return leave(answer);
    pollLater(retry_after);
  };

  const poll = async () => {
    isPolling = true;
    try {
      const response = await fetch('/jumio/status', {
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
  document.addEventListener('visibilitychange', schedule);
  // Back from where the form led: load the current page, and submit nothing.
  addEventListener('pageshow', () => (isSubmitted ? load() : schedule()));
  schedule();
})();
