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
  const first = Number(waiting.dataset.poll) * 1000;
  let pause = first;
  let due = 0;
  let timer;
  let isAsking = false;
  let before;

  // Not reload(): a page that answered a form would ask whether to send it again.
  const goOn = () => location.replace(location.pathname + location.search);

  const later = (seconds) => {
    pause = Math.min(LONGEST_MS, pause * 1.5);
    due = Date.now() + Math.max(pause, (Number(seconds) || 0) * 1000);
    wait();
  };

  const wait = () => {
    clearTimeout(timer);
    if (!document.hidden && !isAsking) timer = setTimeout(ask, Math.max(0, due - Date.now()));
  };

  const read = async (answer) => {
    const { status, waiting_on, next, retry_after } = await answer.json();
    const now = JSON.stringify([status, waiting_on, next]);
    const { seen = `${status} ${waiting_on}` } = waiting.dataset;
    if (seen !== `${status} ${waiting_on}` || (before ?? now) !== now) return goOn();
    before = now;
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
      isAsking = false;
      const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json');
      if (answer.ok && isJson) return await read(answer);
      // Too many, or the service is away for a moment: it says when to ask again.
      if (answer.status === 429 || answer.status >= 500) return later(answer.headers.get('retry-after'));
      goOn();
    } catch {
      isAsking = false;
      later();
    }
  };

  due = Date.now() + first;
  document.addEventListener('visibilitychange', wait);
  addEventListener('pageshow', wait);
  wait();
})();
