import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decide } from '../../support/builders/people.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { requestDecision, validate } from '../../support/clients/calls.ts';
import { gateMessage } from '../../support/clients/gate-message.ts';
import { unanswered } from '../../support/fakes/jumio.ts';
import { signUp } from '../../support/service/eventually.ts';
import { ledgerFailing } from '../../support/service/failing-ledger.ts';
import { PUBLIC_URL, type TestService, testService } from '../../support/service/service.ts';
import { DAY, MINUTE } from '../../support/service/shifted-clock.ts';

const strict = readFileSync(new URL('../../../docs/examples/policy.strict.yaml', import.meta.url), 'utf8');

const refusal = z.object({
  messages: z.tuple([
    z.object({
      messages: z.tuple([
        z.object({
          text: z.string(),
          context: z.object({ url: z.string().optional(), expires_at: z.iso.datetime().optional() }),
        }),
      ]),
    }),
  ]),
});

/** The text of a refused sign-in, and its link. */
async function refused(service: TestService, id: string, more: object = {}) {
  const answer = await validate(service, { kratos_identity_id: id, metadata_public: null, ...more });
  expect(answer.statusCode).toBe(403);
  const { text, context } = refusal.parse(answer.json()).messages[0].messages[0];
  return { text, url: context.url, expiresAt: context.expires_at };
}

function flow(id: string) {
  return { flow: { kind: 'login', id, type: 'browser', method: 'password', refresh: false } };
}

describe('the strict example policy', () => {
  const env = { POLICY: strict };

  it('the strict policy allows approved identities only', async () => {
    const service = await testService({ env });
    const id = randomUUID();
    await signUp(service, id);
    const before = await validate(service, { kratos_identity_id: id, metadata_public: null });
    expect([before.statusCode, before.json().messages[0].messages[0].id]).toEqual([403, 4990003]);
    await decide(service, id, 'WARNING');
    const review = await validate(service, { kratos_identity_id: id, metadata_public: null });
    expect([review.statusCode, review.json()]).toEqual([403, gateMessage(4990002, 'review')]);
    const other = randomUUID();
    expect((await validate(service, { kratos_identity_id: other })).statusCode).toBe(403);
    await signUp(service, other);
    await decide(service, other, 'PASSED');
    expect((await validate(service, { kratos_identity_id: other })).statusCode).toBe(204);
  });

  it('the policy allows an identity that waits only for Jumio’s own outage', async () => {
    const service = await testService({ env });
    service.jumio.instead.create = unanswered();
    const id = randomUUID();
    const created = { created_at: new Date(service.ctx.ledger.createdAt + 1).toISOString() };
    await validate(service, { kratos_identity_id: id, metadata_public: null, ...created });
    expect((await service.ctx.ledger.record(id))?.identity.status).toBe('pending');
    expect((await validate(service, { kratos_identity_id: id, metadata_public: null })).statusCode).toBe(204);
  });
});

describe('approvals older than the policy allows', () => {
  const env = {
    POLICY: 'verdict_lifetime: 365d\nrules: [{ when: { status: expired }, then: block }, { then: allow }]',
  };

  it('an approval that is too old is expired for gate, decision endpoint and page alike, and the person verifies again', async () => {
    const service = await testService({ env });
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'PASSED');
    const browser = () => openBrowser(service, service.kratos.signIn(id));
    service.clock.advance(364 * DAY);
    expect((await validate(service, { kratos_identity_id: id })).statusCode).toBe(204);
    service.clock.advance(2 * DAY);
    const answer = await validate(service, { kratos_identity_id: id });
    expect([answer.statusCode, answer.json()]).toEqual([403, gateMessage(4990003, 'expired')]);
    expect((await requestDecision(service, { subject: id })).json()).toMatchObject({ allow: false, status: 'expired' });
    const page = await browser().get('/jumio/verify');
    expect(page.body).toContain('<form');
    expect((await browser().get('/jumio/status')).sentence).toContain('some time ago');
    expect((await service.ctx.ledger.record(id))?.identity.status).toBe('approved');
  });
});

describe('refusals with a one-time link', () => {
  const env = { POLICY: 'rules: [{ when: { status: approved }, then: allow }, { then: block_with_way_on }]' };

  it('a refusal with a one-time link has it in text and context, and it opens the verification of that identity', async () => {
    const service = await testService({ env });
    const id = randomUUID();
    await signUp(service, id);
    const { text, url = '' } = await refused(service, id, flow('flow-1'));
    expect(url).toMatch(new RegExp(`^${PUBLIC_URL}/jumio/enter\\?code=[\\w-]{22}$`));
    expect(text).toContain(url);
    const { pathname, search } = new URL(url);
    const browser = openBrowser(service);
    const page = await browser.get(`${pathname}${search}`);
    expect([page.status, page.body.includes('<form')]).toEqual([200, true]);
  });

  it('the one-time link of a refusal is valid for ten minutes, and a new refusal of the same flow withdraws the older', async () => {
    const service = await testService({ env });
    const id = randomUUID();
    const urls = [];
    for (const name of ['a', 'a', 'b', 'c']) urls.push((await refused(service, id, flow(name))).url ?? '');
    const answers = async (url = ''): Promise<number> => {
      const { pathname, search } = new URL(url);
      return (await openBrowser(service).press(`${pathname}${search}`)).status;
    };
    const [withdrawn, ofA, ofB, ofC] = urls;
    expect([await answers(withdrawn), await answers(ofA), await answers(ofA), await answers(ofB)]).toEqual([
      410, 303, 410, 303,
    ]);
    service.clock.advance(11 * MINUTE);
    expect(await answers(ofC)).toBe(410);
  });

  it('a refusal of a rejected person has no one-time link, unless that very rule names `rejected`', async () => {
    const service = await testService({ env });
    const id = randomUUID();
    await signUp(service, id);
    await decide(service, id, 'REJECTED');
    expect(await refused(service, id, flow('flow-1'))).not.toHaveProperty('url', expect.anything());
    const named = 'rules: [{ when: { status: rejected }, then: block_with_way_on }, { then: allow }]';
    const other = await testService({ env: { POLICY: named } });
    const copy = { metadata_public: { jumio: { status: 'rejected' } } };
    expect((await refused(other, randomUUID(), { ...copy, ...flow('f') })).url).toContain('/jumio/enter');
  });

  it('a refusal while the ledger cannot be written has no one-time link', async () => {
    const service = await testService({ env, ctx: ledgerFailing('change') });
    const { url, text } = await refused(service, randomUUID(), flow('flow-1'));
    expect([url, text.includes('http')]).toEqual([undefined, false]);
    expect(service.logs.text()).toContain('without a continuation link');
  });

  it('a refusal with a one-time link says when it ends, and one without says nothing', async () => {
    const service = await testService({ env });
    const before = service.clock.now();
    const { expiresAt = '' } = await refused(service, randomUUID(), flow('flow-1'));
    const lifetime = Date.parse(expiresAt) - before;
    expect([lifetime >= 10 * MINUTE, lifetime < 11 * MINUTE]).toEqual([true, true]);
    const failing = await testService({ env, ctx: ledgerFailing('change') });
    expect((await refused(failing, randomUUID(), flow('flow-1'))).expiresAt).toBeUndefined();
  });

  it('shadow mode creates no one-time link', async () => {
    const service = await testService({ env: { ...env, GATE_MODE: 'shadow' } });
    const id = randomUUID();
    expect((await validate(service, { kratos_identity_id: id, ...flow('flow-1') })).statusCode).toBe(204);
    expect((await service.ctx.ledger.events(id)).map(({ kind }) => kind)).toEqual(['would_block']);
  });

  it('the one-time link of a refusal is not logged', async () => {
    const service = await testService({ env });
    const { url = '' } = await refused(service, randomUUID(), flow('flow-1'));
    expect(service.logs.text()).not.toContain(new URL(url).searchParams.get('code'));
  });
});
