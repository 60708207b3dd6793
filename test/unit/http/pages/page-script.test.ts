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

/** A browser that shows a waiting page and runs its script; `answers` are given one after the other, the last for good. */
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

describe('the script of a page that waits', () => {
  it('asks how things stand, less and less often, and stays where nothing changes', async () => {
    const { asked, replaced } = open(WAITING);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(asked[0]).toMatchObject({ url: '/jumio/status', accept: 'application/json', at: 5_000 });
    const pauses = asked.map(({ at }, index) => Math.round((at - (asked[index - 1]?.at ?? 0)) / 1_000));
    expect(pauses).toEqual([5, 8, 11, 17, 25, 38, 57]);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(asked).toHaveLength(10);
    expect(replaced).toEqual([]);
  });

  it.each([
    ['the status', { status: 'approved' }],
    ['whom it waits on', { waiting_on: 'person' }],
    ['what is next', { next: 'continue' }],
  ])('goes on once %s changes, without sending a form again', async (_what, change) => {
    const { asked, replaced } = open(WAITING, [json(PROCESSING), json({ ...PROCESSING, ...change })]);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(replaced).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(replaced).toEqual(['/jumio/verify?return_to=x']);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(asked).toHaveLength(2);
  });

  it('sees at the first look what changed since the page was made', async () => {
    const { replaced } = open({ poll: '5', seen: 'pending jumio' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(replaced).toHaveLength(1);
  });

  it('leads to the page that says so where somebody else is signed in by now, and sends nothing', async () => {
    const theirs = { status: 'pending', waiting_on: 'person', next: 'verify', somebody_else: true };
    const { replaced, sent } = open({ poll: '5', seen: 'pending jumio', press: '' }, [json(theirs)]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sent, replaced]).toEqual([[], ['/jumio/status']]);
  });

  it('waits as long as the answer says', async () => {
    const { asked } = open(WAITING, [json({ ...PROCESSING, retry_after: 40 })]);
    await vi.advanceTimersByTimeAsync(44_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ['the network is down', offline],
    ['the service is down', json({}, 503)],
    ['it asked too often', json({}, 429, { 'retry-after': '1' })],
    ['an answer cannot be read', () => new Response('{', { headers: { 'content-type': 'application/json' } })],
  ])('asks again later where %s', async (_why, answer) => {
    const { asked, replaced } = open(WAITING, [answer, json(PROCESSING)]);
    await vi.advanceTimersByTimeAsync(13_000);
    expect([asked.length, replaced]).toEqual([2, []]);
  });

  it.each<[string, Answer]>([
    ['nobody is signed in any more', json({}, 401)],
    ['the answer is a page', () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })],
  ])('loads the page anew where %s', async (_why, answer) => {
    const { replaced } = open(WAITING, [answer]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(replaced).toHaveLength(1);
  });

  it('does not ask while nobody looks, and asks at once when somebody looks again', async () => {
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

  it('asks once at a time, however often the page comes and goes', async () => {
    const { asked, tell } = open(WAITING);
    for (let turn = 0; turn < 10; turn += 1) tell(turn % 2 ? 'pageshow' : 'visibilitychange');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
  });

  it('does not ask again while an answer is under way', async () => {
    const { asked, tell } = open(WAITING, [() => new Promise<never>(() => {})]);
    await vi.advanceTimersByTimeAsync(6_000);
    tell('pageshow');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked).toHaveLength(1);
  });

  it('leads on after a moment from a page that is over', async () => {
    const { asked, replaced } = open({ onwards: 'https://app.example/home', moment: '3' });
    await vi.advanceTimersByTimeAsync(2_900);
    expect(replaced).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked, replaced]).toEqual([[], ['https://app.example/home']]);
  });

  it('does nothing on a page that does not wait', async () => {
    const { asked } = open({});
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
  });
});

describe('the script of a page that waits because the person pressed', () => {
  const PRESSED = { poll: '5', seen: 'pending jumio', press: '' };
  const PREPARING = { status: 'pending', waiting_on: 'jumio', next: 'wait', retry_after: 0 };
  const LINK = { status: 'pending', waiting_on: 'person', next: 'verify', retry_after: 5 };

  it('presses once more when the link is there, and only once', async () => {
    const { asked, replaced, sent, tell } = open(PRESSED, [json(PREPARING), json(LINK)]);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(1);
    tell('visibilitychange');
    await vi.advanceTimersByTimeAsync(300_000);
    expect([sent.length, asked.length, replaced]).toEqual([1, 2, []]);
  });

  it('sees a new link also where whom it waits on is as before', async () => {
    const { sent } = open({ ...PRESSED, seen: 'pending person' }, [json(LINK)]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(1);
  });

  it('is no answer to a form any more, so that loading it again sends nothing', () => {
    expect(open(PRESSED).forgotten).toEqual(['https://verify.example.com/jumio/verify?return_to=x']);
    expect(open(WAITING).forgotten).toEqual([]);
  });

  it('shows how things stand to whoever comes back to it, and sends nothing again', async () => {
    const { replaced, sent, tell } = open(PRESSED, [json(LINK)]);
    tell('pageshow');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(replaced).toEqual([]);
    tell('pageshow');
    expect([sent.length, replaced]).toEqual([1, ['/jumio/verify?return_to=x']]);
  });

  it('does not press after two minutes: it shows the button', async () => {
    const answers = [...Array<Answer>(6).fill(json(PREPARING)), json(LINK)];
    const { replaced, sent } = open(PRESSED, answers);
    await vi.advanceTimersByTimeAsync(300_000);
    expect([sent, replaced]).toEqual([[], ['/jumio/verify?return_to=x']]);
  });

  it.each([
    ['nobody can go on', { next: 'later', waiting_on: 'operator' }],
    ['Jumio gave no link', { waiting_on: 'operator' }],
    ['the attempt is over', { status: 'expired' }],
    ['the verdict is there', { status: 'approved', waiting_on: 'nobody', next: 'continue' }],
  ])('presses nothing where %s: it shows that', async (_what, change) => {
    const { replaced, sent } = open(PRESSED, [json({ ...LINK, ...change })]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sent, replaced]).toEqual([[], ['/jumio/verify?return_to=x']]);
  });

  it('presses nothing on a page that nobody pressed for', async () => {
    const { press: _none, ...looked } = PRESSED;
    const { replaced, sent } = open(looked, [json(LINK)]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sent, replaced.length]).toEqual([[], 1]);
  });
});
