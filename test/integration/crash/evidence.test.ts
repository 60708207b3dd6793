import { describe, expect, it } from 'vitest';
import { type Browser, createBrowser } from '../../../sandbox/kratos/client/browser.ts';
import type { RunningService } from '../../../sandbox/stack/service.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { untilPublished } from '../../support/crash/outcome.ts';
import { type CrashStack, startCrashStack, untilExit } from '../../support/crash/stack.ts';
import type { CrashUpstreams, Moment } from '../../support/crash/upstreams.ts';
import { CANARIES } from '../../support/logs/canaries.ts';

/** One operator, whose session the Kratos of the test shows to every cookie. */
function withConsole({ operatorId, kratosUrl }: CrashUpstreams) {
  return {
    OPERATORS: JSON.stringify({ people: { [operatorId]: { name: 'Ann', role: 'approver' } } }),
    EVIDENCE: 'images',
    PUBLIC_URL: 'http://verify.demo.localhost',
    KRATOS_PUBLIC_URL: kratosUrl,
    LOG_LEVEL: 'debug',
  };
}

const VIEWED = `select detail from events where kind = 'evidence_viewed'`;

/** A case that waits, the service, and an operator's browser. */
async function waiting(): Promise<{ stack: CrashStack; first: RunningService; browser: Browser }> {
  const stack = await startCrashStack(withConsole);
  const first = await stack.start(0);
  expect(await stack.signUp(first)).toBe(204);
  await untilPublished(stack, 'pending');
  stack.decide('WARNING');
  await stack.callback(first);
  await untilPublished(stack, 'review');
  return { stack, first, browser: createBrowser({ headers: { cookie: 'ory_kratos_session=of-ann' } }) };
}

/** Kills the process at the moment of a call, and then reads which looks were durable at that moment. */
async function killedAt(stack: CrashStack, moment: Moment, service: RunningService) {
  let known: Promise<readonly unknown[]> | undefined;
  stack.at(moment, () => {
    known = stack.ledger(VIEWED);
    void service.kill();
  });
  await untilExit(service);
  return known;
}

/** The form in which an operator says why they look, filled in. */
async function look({ identityId }: CrashStack, { url }: RunningService, browser: Browser) {
  const form = await browser.get(`${url}/operator/people/${identityId}/evidence`);
  return browser.submit(form, { reason: 'complaint' });
}

/** A page that ends with the process is none. */
const cut = (): undefined => undefined;

describe('kill -9 while an operator looks at what Jumio has', () => {
  it.each<[string, Moment]>([
    ['the look is recorded and nothing was asked of Jumio', 'token sent'],
    ['Jumio is asked', 'details sent'],
  ])('after kill -9 when %s, the audit has the look, and nothing of the answer is stored', async (_when, moment) => {
    const { stack, first, browser } = await waiting();
    const form = await browser.get(`${first.url}/operator/people/${stack.identityId}/evidence`);
    const asked = stack.reads();
    const killed = killedAt(stack, moment, first);
    await browser.submit(form, { reason: 'complaint' }).catch(cut);
    // Durable before the call, and not only with its answer.
    expect(await killed).toHaveLength(1);
    expect(stack.reads() - asked).toBe(moment === 'token sent' ? 0 : 1);
    await expectOneLook(stack, browser);
    expect(stack.reads() - asked).toBe(moment === 'token sent' ? 0 : 1);
  });

  it('after kill -9 when a picture is sent, the audit has the look, and nothing of it is stored', async () => {
    const { stack, first, browser } = await waiting();
    const page = await look(stack, first, browser);
    expect(page.text).toContain(CANARIES.trait);
    const [, source = ''] = /<img src="([^"]*)"/.exec(unescapeHtml(page.text)) ?? [];
    const killed = killedAt(stack, 'image answered', first);
    await browser.get(`${first.url}${source}`).catch(cut);
    expect(await killed).toHaveLength(1);
    await expectOneLook(stack, browser);
  });
});

/** After a restart the audit shows one look, of the operator, for their reason; no file of the ledger holds what Jumio said. */
async function expectOneLook(stack: CrashStack, browser: Browser): Promise<void> {
  const second = await stack.start(0);
  const [look, ...others] = await stack.ledger(VIEWED);
  expect(others).toEqual([]);
  expect(JSON.parse(String(look?.detail))).toMatchObject({ by: stack.operatorId, reason: 'complaint' });
  const audit = await browser.get(`${second.url}/operator/audit`);
  expect(audit.text).toContain('looked at in Jumio’s records');
  expect(audit.text).not.toContain(CANARIES.trait);
  await second.stop();
  expect(stack.ledgerBytes()).toContain('evidence_viewed');
  expect(stack.ledgerBytes()).not.toContain(CANARIES.trait);
}
