import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { visitor } from '../../support/builders/people.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { oneTimePath } from '../../support/clients/calls.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { eventually, signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { SECOND } from '../../support/service/shifted-clock.ts';

const authorize = ({ app }: TestService, cookie: string) =>
  app.inject({ url: '/jumio/authorize', headers: { cookie } });

/** A person whom Kratos shows as approved, so that `authorize` lets them in. */
function approvedPerson({ kratos }: TestService): string {
  const id = randomUUID();
  kratos.copies.set(id, { status: 'approved' });
  return id;
}

const garbage = (n: number): string => `ory_kratos_session=garbage-${n}`;

/** Lets whoami wait until the returned function is called, which lets all calls find no session. */
function holdWhoami({ kratos }: TestService): () => void {
  const held: (() => void)[] = [];
  kratos.instead.whoami = () => new Promise((resolve) => held.push(() => resolve({ kind: 'none' })));
  return () => {
    kratos.instead.whoami = undefined;
    for (const end of held) end();
  };
}

/** 64 requests whose whoami calls are under way, and a function that ends them. */
async function crowd(service: TestService) {
  const release = holdWhoami(service);
  const waiting = Promise.all(Array.from({ length: 64 }, (_, n) => authorize(service, garbage(n))));
  await eventually(() => expect(service.kratos.calls.whoami).toHaveLength(64));
  return async () => {
    release();
    return (await waiting).map(({ statusCode }) => statusCode);
  };
}

describe('whoami calls under way', () => {
  it('a request beyond 64 whoami calls under way is 503 with Retry-After, and Kratos is not asked', async () => {
    const service = await testService();
    const { browser } = visitor(service);
    const finish = await crowd(service);
    const proxy = await authorize(service, garbage(64));
    expect([proxy.statusCode, proxy.headers['retry-after'], proxy.json()]).toMatchObject([
      503,
      '5',
      { code: 'kratos-down' },
    ]);
    const page = await browser.get('/jumio/verify');
    expect([page.status, page.headers['retry-after'], page.action]).toMatchObject([503, '5', { kind: 'link' }]);
    expect(service.kratos.calls.whoami).toHaveLength(64);
    expect(new Set(await finish())).toEqual(new Set([401]));
    expect((await browser.get('/jumio/verify')).status).toBe(200);
  });

  it('calls that fail make room again, so that a Kratos that was down is asked once it is back', async () => {
    const service = await testService();
    service.kratos.instead.whoami = () => kratosDown('whoami');
    for (let n = 0; n < 70; n += 1) expect((await authorize(service, garbage(n))).statusCode).toBe(403);
    service.kratos.instead.whoami = undefined;
    expect((await visitor(service).browser.get('/jumio/verify')).status).toBe(200);
  });

  it('a one-time link pressed beyond 64 whoami calls under way stays valid: nobody knows whose session the browser has', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    const browser = openBrowser(service, 'other=cookie');
    const confirm = await browser.get(await oneTimePath(service, id));
    const finish = await crowd(service);
    const refused = await browser.post(confirm.fields, '/jumio/enter');
    expect(refused.status).toBe(503);
    await finish();
    expect((await browser.post(confirm.fields, '/jumio/enter')).status).toBe(303);
  });
});

describe('refused credentials', () => {
  it('credentials that Kratos has refused are refused for ten seconds without a call, then Kratos is asked again', async () => {
    const service = await testService();
    for (let n = 0; n < 20; n += 1) expect((await authorize(service, garbage(1))).statusCode).toBe(401);
    expect(service.kratos.calls.whoami).toHaveLength(1);
    service.clock.advance(11 * SECOND);
    expect((await authorize(service, garbage(1))).statusCode).toBe(401);
    expect(service.kratos.calls.whoami).toHaveLength(2);
  });

  it('a person who signs in right after a refusal has another cookie, and is known at once', async () => {
    const service = await testService();
    const id = approvedPerson(service);
    expect((await authorize(service, garbage(1))).statusCode).toBe(401);
    const answer = await authorize(service, `${garbage(1)}; ${service.kratos.signIn(id)}`);
    expect([answer.statusCode, answer.headers['x-identity-id']]).toEqual([200, id]);
  });

  it('a session that was known a moment ago and has ended is refused at once', async () => {
    const service = await testService();
    const cookie = service.kratos.signIn(approvedPerson(service));
    expect((await authorize(service, cookie)).statusCode).toBe(200);
    service.kratos.signOut();
    expect((await authorize(service, cookie)).statusCode).toBe(401);
  });

  it('a Kratos that cannot be asked is asked again for the same credentials', async () => {
    const service = await testService();
    const cookie = service.kratos.signIn(approvedPerson(service));
    service.kratos.instead.whoami = () => kratosDown('whoami');
    expect((await authorize(service, cookie)).statusCode).toBe(403);
    service.kratos.instead.whoami = undefined;
    expect((await authorize(service, cookie)).statusCode).toBe(200);
  });
});
