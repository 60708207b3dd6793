// A page that is over leads on after a moment, to where its link leads too: data-onwards, data-moment (seconds).
(() => {
  const over = document.querySelector('[data-onwards]');
  if (over) setTimeout(() => location.replace(over.dataset.onwards), Number(over.dataset.moment) * 1000);
})();

// A page that waits carries data-poll (seconds). This asks how things stand and goes on when that has changed.
// Without scripts the page's own <noscript> refresh does the same.
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
  // From the question to the answer, and once this page is left for another.
  let isAsking = false;
  let isSent = false;

  // A page that a press made while there was no link yet carries that form. It is sent once more when the link is
  // there: once, soon after the press, and only where nothing else has changed.
  const form = document.querySelector('[data-press]');
  // To reload this page, or to come back to it, must not send the form again.
  if (form) history.replaceState(null, '', location.href);

  // Not reload(): a page that answered a form would ask whether to send it again.
  const load = () => location.replace(location.pathname + location.search);

  const hasLink = ({ status, waiting_on, next }) =>
    waiting.dataset.seen.startsWith(`${status} `) && waiting_on === 'person' && next === 'verify';

  const goOn = (answer) => {
    if (!form || !hasLink(answer) || Date.now() - opened > PRESS_WITHIN_MS) return load();
    isSent = true;
    form.submit();
  };

  const later = (seconds) => {
    isAsking = false;
    pause = Math.min(LONGEST_MS, pause * 1.5);
    due = Date.now() + Math.max(pause, (Number(seconds) || 0) * 1000);
    wait();
  };

  const wait = () => {
    clearTimeout(timer);
    if (!document.hidden && !isAsking) timer = setTimeout(ask, Math.max(0, due - Date.now()));
  };

  const read = async (answer) => {
    const said = await answer.json();
    const { status, waiting_on, next, retry_after, somebody_else } = said;
    // This page is not theirs: the status page says so, once.
    if (somebody_else) return location.replace('/jumio/status');
    const { seen } = waiting.dataset;
    if (next !== 'wait' || seen !== `${status} ${waiting_on}`) return goOn(said);
    later(retry_after);
  };

  const ask = async () => {
    isAsking = true;
    try {
      const answer = await fetch('/jumio/status', {
        headers: { accept: 'application/json' },
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.timeout(20_000),
      });
      const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json');
      if (answer.ok && isJson) return await read(answer);
      // Too many, or the service is away for a moment: it says when to ask again.
      if (answer.status === 429 || answer.status >= 500) return later(answer.headers.get('retry-after'));
      load();
    } catch {
      later();
    }
  };

  due = Date.now() + first;
  document.addEventListener('visibilitychange', wait);
  // Back from where the form led: this page shows how things stand, and sends nothing.
  addEventListener('pageshow', () => (isSent ? load() : wait()));
  wait();
})();
