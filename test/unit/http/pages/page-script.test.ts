import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const SCRIPT = readFileSync(new URL('../../../../webhook/http/pages/assets/page.js', import.meta.url), 'utf8');

type Answer = () => Response | Promise<never>;

const PROCESSING = { status: 'processing', waiting_on: 'jumio', next: 'wait', retry_after: 0 };

function json(body: object, status = 200, headers = {}): Answer {
  return () => Response.json(body, { status, headers });
}

function offline(): Promise<never> {
  return Promise.reject(new TypeError('Failed to fetch'));
}

/** A browser that shows a waiting page and runs its script; `answers` are returned in order, the last one repeatedly. */
function open(dataset: Record<string, string>, answers: readonly Answer[] = [json(PROCESSING)]) {
  const asked: { url: string; accept: string | undefined; at: number }[] = [];
  const replaced: string[] = [];
  const sent: number[] = [];
  const forgotten: string[] = [];
  const listeners = new Map<string, () => void>();
  const listen = (name: string, then: () => void): void => void listeners.set(name, then);
  const document = {
    hidden: false,
    querySelector: (selector: string) => {
      const name = /^\[data-(\w+)\]$/.exec(selector)?.[1] ?? '';
      return name in dataset ? { dataset, submit: () => sent.push(Date.now() - start) } : null;
    },
    addEventListener: listen,
  };
  const start = Date.now();
  const context = createContext({
    document,
    addEventListener: listen,
    location: {
      href: 'https://verify.example.com/jumio/verify?return_to=x',
      pathname: '/jumio/verify',
      search: '?return_to=x',
      replace: (url: string) => replaced.push(url),
    },
    history: { replaceState: (_state: null, _unused: string, url: string) => forgotten.push(url) },
    fetch: async (url: string, { headers }: { headers: Record<string, string> }) => {
      asked.push({ url, accept: headers.accept, at: Date.now() - start });
      return (answers[asked.length - 1] ?? answers[answers.length - 1])?.();
    },
    setTimeout,
    clearTimeout,
    Date,
    AbortSignal,
  });
  runInContext(SCRIPT, context);
  const tell = (name: string): void => listeners.get(name)?.();
  return { asked, replaced, sent, forgotten, document, tell };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const WAITING = { poll: '5', seen: 'processing jumio' };

describe('the script of a waiting page', () => {
  it('the script polls evenly for a minute, then with growing pauses, and stays on the page while nothing changes', async () => {
    const { asked, replaced } = open(WAITING);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(asked[0]).toMatchObject({ url: '/jumio/status', accept: 'application/json', at: 5_000 });
    const pauses = asked.map(({ at }, index) => Math.round((at - (asked[index - 1]?.at ?? 0)) / 1_000));
    expect(pauses).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 8, 11, 17, 25, 38]);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(asked).toHaveLength(21);
    expect(replaced).toEqual([]);
  });

  it.each([
    ['the status', { status: 'approved' }],
    ['waiting_on', { waiting_on: 'person' }],
    ['next', { next: 'continue' }],
  ])('the script reloads the page once %s changes, without a second form submission', async (_what, change) => {
    const { asked, replaced } = open(WAITING, [json(PROCESSING), json({ ...PROCESSING, ...change })]);
    await vi.advanceTimersByTimeAsync(9_500);
    expect(replaced).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(replaced).toEqual(['/jumio/verify?return_to=x']);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(asked).toHaveLength(2);
  });

  it('the first poll finds a change since the page was made', async () => {
    const { replaced } = open({ poll: '5', seen: 'pending jumio' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(replaced).toHaveLength(1);
  });

  it('the script opens the status page if another account is signed in, and submits nothing', async () => {
    const theirs = { status: 'pending', waiting_on: 'person', next: 'verify', somebody_else: true };
    const { replaced, sent } = open({ poll: '5', seen: 'pending jumio', press: '' }, [json(theirs)]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sent, replaced]).toEqual([[], ['/jumio/status']]);
  });

  it('the script waits as long as retry_after says', async () => {
    const { asked } = open(WAITING, [json({ ...PROCESSING, retry_after: 40 })]);
    await vi.advanceTimersByTimeAsync(44_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ['the network is down', offline],
    ['the service is down', json({}, 503)],
    ['the script is rate limited', json({}, 429, { 'retry-after': '1' })],
    ['the answer is malformed', () => new Response('{', { headers: { 'content-type': 'application/json' } })],
  ])('the script polls again later if %s', async (_why, answer) => {
    const { asked, replaced } = open(WAITING, [answer, json(PROCESSING)]);
    await vi.advanceTimersByTimeAsync(13_000);
    expect([asked.length, replaced]).toEqual([2, []]);
  });

  it.each<[string, Answer]>([
    ['the session has ended', json({}, 401)],
    ['the answer is a page', () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })],
  ])('the script reloads the page if %s', async (_why, answer) => {
    const { replaced } = open(WAITING, [answer]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(replaced).toHaveLength(1);
  });

  it('the script does not poll while the page is hidden, and polls at once when it is visible again', async () => {
    const { asked, document, tell } = open(WAITING);
    document.hidden = true;
    tell('visibilitychange');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
    document.hidden = false;
    tell('visibilitychange');
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(1);
  });

  it('the script polls once at a time, however often the page is hidden and shown', async () => {
    const { asked, tell } = open(WAITING);
    for (let turn = 0; turn < 10; turn += 1) tell(turn % 2 ? 'pageshow' : 'visibilitychange');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
  });

  it('the script does not poll while a response is pending', async () => {
    const { asked, tell } = open(WAITING, [() => new Promise<never>(() => {})]);
    await vi.advanceTimersByTimeAsync(6_000);
    tell('pageshow');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked).toHaveLength(1);
  });

  it('the script leaves a finished page after the set delay', async () => {
    const { asked, replaced } = open({ onwards: 'https://app.example/home', moment: '3' });
    await vi.advanceTimersByTimeAsync(2_900);
    expect(replaced).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked, replaced]).toEqual([[], ['https://app.example/home']]);
  });

  it('the script does nothing on a page that does not wait', async () => {
    const { asked } = open({});
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
  });
});

describe('the script of a page that waits after a button was pressed', () => {
  const PRESSED = { poll: '5', seen: 'pending jumio', press: '' };
  const PREPARING = { status: 'pending', waiting_on: 'jumio', next: 'wait', retry_after: 0 };
  const LINK = { status: 'pending', waiting_on: 'person', next: 'verify', retry_after: 5 };

  it('the script submits the form once when the link is ready', async () => {
    const { asked, replaced, sent, tell } = open(PRESSED, [json(PREPARING), json(LINK)]);
    await vi.advanceTimersByTimeAsync(9_500);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(1);
    tell('visibilitychange');
    await vi.advanceTimersByTimeAsync(300_000);
    expect([sent.length, asked.length, replaced]).toEqual([1, 2, []]);
  });

  it('the script recognises a new link although waiting_on is unchanged', async () => {
    const { sent } = open({ ...PRESSED, seen: 'pending person' }, [json(LINK)]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(1);
  });

  it('the script replaces the history entry of a submitted form, so that a reload submits nothing', () => {
    expect(open(PRESSED).forgotten).toEqual(['https://verify.example.com/jumio/verify?return_to=x']);
    expect(open(WAITING).forgotten).toEqual([]);
  });

  it('the script reloads the page on a return through history, and submits nothing again', async () => {
    const { replaced, sent, tell } = open(PRESSED, [json(LINK)]);
    tell('pageshow');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(replaced).toEqual([]);
    tell('pageshow');
    expect([sent.length, replaced]).toEqual([1, ['/jumio/verify?return_to=x']]);
  });

  it('after two minutes the script does not submit: it shows the button', async () => {
    const answers = [...Array<Answer>(15).fill(json(PREPARING)), json(LINK)];
    const { replaced, sent } = open(PRESSED, answers);
    await vi.advanceTimersByTimeAsync(300_000);
    expect([sent, replaced]).toEqual([[], ['/jumio/verify?return_to=x']]);
  });

  it.each([
    ['the person cannot continue', { next: 'later', waiting_on: 'operator' }],
    ['Jumio returned no link', { waiting_on: 'operator' }],
    ['the attempt has ended', { status: 'expired' }],
    ['the verdict is known', { status: 'approved', waiting_on: 'nobody', next: 'continue' }],
  ])('the script submits nothing if %s: it reloads the page', async (_what, change) => {
    const { replaced, sent } = open(PRESSED, [json({ ...LINK, ...change })]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sent, replaced]).toEqual([[], ['/jumio/verify?return_to=x']]);
  });

  it('the script submits nothing on a page without a pressed button', async () => {
    const { press: _none, ...afterRead } = PRESSED;
    const { replaced, sent } = open(afterRead, [json(LINK)]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sent, replaced.length]).toEqual([[], 1]);
  });
});

const OFFERED = { seen: 'false', follow: '/jumio/phone?return_to=x' };

const FOLLOWING = { poll: '5', seen: 'pending true', follow: '/jumio/phone?return_to=x' };

function verification(given: boolean, change: object = {}): Answer {
  const { consent, ...rest } = { consent: {}, status: 'pending', waiting_on: 'person', next: 'verify', ...change };
  return json({ ...rest, retry_after: 60, consent: { given, ...consent } });
}

describe('the script of a page whose person may go on with their phone', () => {
  it('the script polls without a visit, soon, and not as slowly as the status allows', async () => {
    const { asked } = open(OFFERED, [verification(false)]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked.map(({ url, at }) => [url, at])).toEqual([
      ['/jumio/verify', 5_000],
      ['/jumio/verify', 10_000],
      ['/jumio/verify', 15_000],
    ]);
  });

  it('the following page never waits longer than 15 seconds for the next poll', async () => {
    const { asked, replaced } = open(FOLLOWING, [verification(true)]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked.length).toBeGreaterThan(38);
    expect(replaced).toEqual([]);
  });

  it.each<[string, Answer, string[]]>([
    ['the person has agreed on the phone', verification(true), [OFFERED.follow]],
    ['the person has declined on the phone', verification(false, { consent: { declined: true } }), [OFFERED.follow]],
    ['Jumio has all it needs', verification(false, { next: 'wait' }), [OFFERED.follow]],
    ['the link has been made while the person reads', verification(false, { waiting_on: 'jumio' }), []],
    ['the link has run out while the person reads', verification(false, { status: 'expired' }), []],
  ])('the consent page leads on or stays: %s', async (_what, answer, leads) => {
    const { replaced } = open(OFFERED, [answer]);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(replaced).toEqual(leads);
  });

  it.each<[string, object, string[]]>([
    ['the attempt is rejected', { status: 'rejected' }, [FOLLOWING.follow]],
    ['the attempt is approved', { status: 'approved', next: 'continue' }, [FOLLOWING.follow]],
    ['nothing changes', {}, []],
  ])('the following page leads on or stays: %s', async (_what, change, leads) => {
    const { replaced } = open(FOLLOWING, [verification(true, change)]);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(replaced).toEqual(leads);
  });

  it('a person who presses a button of the page is led by their own form, whatever a poll answers', async () => {
    const { replaced, tell } = open(OFFERED, [verification(true)]);
    tell('submit');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(replaced).toEqual([]);
    tell('pageshow');
    expect(replaced).toEqual(['/jumio/verify?return_to=x']);
  });
});
