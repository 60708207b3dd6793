import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { median, quantile } from '../load.ts';
import { type Loaded, load, weigh } from '../page.ts';
import type { Ready } from '../routes.ts';
import { AUTHORIZATION, CLIENT, PAYMENT } from './settings.ts';
import type { BenchUpstreams } from './upstreams.ts';

const LOADS = Number(process.env.BENCH_LOADS ?? 300);

const created = z.object({ url: z.string() });

const COOKIE = 'ory_kratos_session=bench';

/** Requests before the measurement: a service that has just started is still compiling. */
const WARM_UP = LOADS;

/** A service with payments, and the Kratos that knows its one payer. */
export interface PagesOptions {
  readonly ready: Ready;
  readonly upstreams: BenchUpstreams;
  readonly print: (line: string) => void;
}

async function recorded(origin: string, sub: string): Promise<string> {
  const body = { sub, redirect_uri: CLIENT.redirectUri, authorization_details: [PAYMENT] };
  const headers = { authorization: AUTHORIZATION, 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/transactions`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 201) throw new Error(`a payment was not recorded: ${answer.status}`);
  const { pathname } = new URL(created.parse(await answer.json()).url);
  return `${origin}${pathname}`;
}

/**
 * The page of a payment and that of a verification, each beside the calls of Kratos that it makes, in turns; and what a browser
 * fetches for it. A payment is shown with what its payer can approve with: that takes one more call.
 */
export async function benchPaymentPage({ ready, upstreams, print }: PagesOptions): Promise<void> {
  const origin = `http://127.0.0.1:${ready.ports.service}`;
  const [person] = ready.people;
  if (person === undefined) throw new Error('the ledger has nobody');
  upstreams.signIn(person.identityId, person.copy);
  const urls = {
    approve: await recorded(origin, person.identityId),
    verify: `${origin}/jumio/verify`,
    whoami: `${upstreams.kratosUrl}/sessions/whoami`,
    read: `${upstreams.kratosUrl}/admin/identities/${person.identityId}`,
  };
  const times = { approve: [] as number[], verify: [] as number[], whoami: [] as number[], read: [] as number[] };
  for (let n = 0; n < WARM_UP + LOADS; n += 1)
    for (const name of ['approve', 'verify', 'whoami', 'read'] as const) {
      const { ms } = await load(urls[name], COOKIE);
      if (n >= WARM_UP) times[name].push(ms);
    }
  const [whoami, read] = [median(times.whoami), median(times.read)];
  const [approve, verify] = [median(times.approve) - whoami - read, median(times.verify) - whoami];
  print(
    `the page of a payment beside its calls       ${approve.toFixed(2)} ms; of a verification ${verify.toFixed(2)} ms: ${(approve - verify).toFixed(2)} ms more  (whoami ${whoami.toFixed(2)} ms, credentials ${read.toFixed(2)} ms)  aim under 3`,
  );
  const page = await load(urls.approve, COOKIE);
  if (!page.text.includes('value="sms"')) throw new Error('the page offers no code');
  print(`bytes of its load                            ${await weigh(page, origin, COOKIE)}`);
}

interface Browser extends Loaded {
  readonly cookie: string;
}

async function pageOf(url: string): Promise<Browser> {
  const answer = await fetch(url, { headers: { cookie: COOKIE } });
  const set = answer.headers.getSetCookie().map((one) => one.split(';')[0] ?? '');
  return { ms: 0, text: await answer.text(), cookie: [COOKIE, ...set].join('; ') };
}

/** Sends a form of a page; returns where it leads, and milliseconds. */
async function sent(url: string, { text, cookie }: Browser, fields: Readonly<Record<string, string>>) {
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const body = new URLSearchParams({ _csrf, ...fields });
  const started = performance.now();
  const answer = await fetch(url, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
  await answer.text();
  return { to: answer.headers.get('location') ?? '', ms: performance.now() - started };
}

/** The check of a code, with a Kratos and a Twilio that answer at once: whoami, a read of the credentials, three writes. */
export async function benchCodes({ ready, upstreams, print }: PagesOptions): Promise<void> {
  const origin = `http://127.0.0.1:${ready.ports.service}`;
  const times: number[] = [];
  for (let n = 0; n < WARM_UP + LOADS; n += 1) {
    const id = randomUUID();
    upstreams.signIn(id, { status: 'approved' });
    const url = await recorded(origin, id);
    await sent(url, await pageOf(url), { act: 'sms' });
    const { to, ms } = await sent(url, await pageOf(url), { act: 'code', code: await upstreams.lastCode() });
    if (!to.startsWith(CLIENT.redirectUri)) throw new Error(`the code did not approve: ${to}`);
    if (n >= WARM_UP) times.push(ms);
  }
  times.sort((one, other) => one - other);
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  print(
    `a code, with upstreams that answer at once   p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, all calls included  aim under 10`,
  );
}
