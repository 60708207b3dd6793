import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { erase } from '../../../webhook/verification/operator/actions.ts';
import { decide, hasAgreed, signedUp, type Visitor, visitor } from '../../support/builders/people.ts';
import type { ParsedPage } from '../../support/clients/browser.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { passTime, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR } from '../../support/service/shifted-clock.ts';

const CLOSE = { kind: 'text', text: 'You can close this page.', href: undefined };

function button(text: string) {
  return { kind: 'button', text, href: undefined };
}

function link(text: string, href: string) {
  return { kind: 'link', text, href };
}

type Scene = (service: TestService) => Promise<Visitor>;

const expired: Scene = async (service) => {
  const person = await signedUp(service);
  passTime(service, DAY + HOUR);
  const execution = service.jumio.latest(person.id);
  execution.status = 'TOKEN_EXPIRED';
  await callback(service, callbackOf(execution, 'TOKEN_EXPIRED'));
  await untilStatus(service, person.id, 'expired');
  return person;
};

function atJumio(status: string): Scene {
  return async (service) => {
    const person = await signedUp(service);
    const execution = service.jumio.latest(person.id);
    execution.status = status;
    await callback(service, callbackOf(execution, status));
    await untilStatus(service, person.id, 'processing');
    return person;
  };
}

function after(type: 'PASSED' | 'WARNING' | 'REJECTED', reason?: 'unreadable'): Scene {
  return async (service) => {
    const person = await signedUp(service);
    await decide(service, person.id, type, reason);
    return person;
  };
}

/** Status, sentence and action as the person reads them. */
const PAGES: readonly [string, Scene, string, ParsedPage['action']][] = [
  ['none', async (s) => visitor(s), 'Your identity is not verified yet.', button('Start identity check')],
  [
    'pending',
    signedUp,
    'Everything is ready. The check usually takes less than five minutes.',
    button('Continue to identity check'),
  ],
  [
    'processing, the link still leads back to it',
    atJumio('ACQUISITION_STARTED'),
    'If you left before the end, you can finish the check now. If you have just finished, the result will be here shortly.',
    button('Finish identity check'),
  ],
  [
    'processing, at Jumio',
    atJumio('ACQUIRED'),
    'This usually takes a few minutes.',
    link('Check for the result', '/jumio/status'),
  ],
  ['approved', after('PASSED'), 'Thank you. There is nothing else you need to do.', CLOSE],
  [
    'review',
    after('WARNING'),
    'Your documents are being reviewed. This can take a little longer, and there is nothing you need to do.',
    CLOSE,
  ],
  [
    'rejected',
    after('REJECTED'),
    'The check is complete, but your identity is not verified.',
    { kind: 'text', text: 'You can close this page.', href: undefined },
  ],
  [
    'rejected for a reason to act on',
    after('REJECTED', 'unreadable'),
    'Your identity is not verified yet, but you can fix this now.',
    button('Take the photos again'),
  ],
  ['expired', expired, 'You did not finish your last identity check in time.', button('Start a new identity check')],
];

describe.each(PAGES)('after consent, the status %s:', (_status, arrange, sentence, action) => {
  it.each(['/jumio/verify', '/jumio/status'])(
    'a page of this status has one sentence and one action at %s',
    async (path) => {
      const service = await testService();
      const person = await arrange(service);
      await hasAgreed(service, person);
      const page = await person.browser.get(path);
      expect(page.status).toBe(200);
      expect(page.sentence).toBe(sentence);
      expect(page.action).toEqual(action);
      expect(page.body.match(/id="action"/g)).toHaveLength(1);
      const hasButton = action?.kind === 'button';
      expect(page.body.includes('href="/jumio/help"')).toBe(hasButton);
      expect(page.body.includes('action="/jumio/decline"')).toBe(hasButton && path === '/jumio/verify');
    },
  );

  it('opening a page of this status, however often, changes nothing', async () => {
    const service = await testService();
    const { id, browser } = await arrange(service);
    const before = await service.ctx.ledger.record(id);
    const events = await service.ctx.ledger.events(id);
    const calls = [service.jumio.calls.create.length, service.jumio.reads(), service.kratos.calls.publish.length];
    for (const _ of [1, 2, 3]) await browser.get('/jumio/verify?return_to=https%3A%2F%2Fapp.example.com%2Faccount');
    await service.app.inject({ method: 'HEAD', url: '/jumio/verify', headers: { cookie: browser.session } });
    expect(await service.ctx.ledger.record(id)).toEqual(before);
    expect(await service.ctx.ledger.events(id)).toEqual(events);
    expect([service.jumio.calls.create.length, service.jumio.reads(), service.kratos.calls.publish.length]).toEqual(
      calls,
    );
  });

  it('returning to the status page creates and renews nothing, also after the end of the link', async () => {
    const service = await testService();
    const { id, browser } = await arrange(service);
    passTime(service, 2 * DAY);
    const before = await service.ctx.ledger.record(id);
    const creates = service.jumio.calls.create.length;
    for (const _ of [1, 2, 3]) await browser.get('/jumio/status');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = await service.ctx.ledger.record(id);
    expect(now?.verifications.length).toBe(before?.verifications.length);
    expect(now?.verifications.every(({ renewalRequested }) => !renewalRequested) ?? true).toBe(true);
    expect(service.jumio.calls.create).toHaveLength(creates);
  });
});

describe('problems that only the operator can solve', () => {
  const SENTENCE = 'The problem is on our side. You have done nothing wrong.';

  it('a person whom Jumio refuses to start is informed, and gets no button to retry', async () => {
    const service = await testService();
    const facts = { upstream: 'jumio', operation: 'create', failure: 'status', status: 400 } as const;
    service.jumio.instead.create = () => Promise.reject(new UpstreamError(facts));
    const page = await visitor(service).browser.press();
    expect([page.sentence, page.action]).toEqual([SENTENCE, { ...CLOSE, text: 'Please come back later.' }]);
  });

  it('a person without a link from Jumio is informed, and may retry', async () => {
    const service = await testService();
    service.jumio.instead.create = async () => ({ accountId: 'account', executionId: 'without-link' });
    service.jumio.instead.status = async () => 'INITIATED';
    const { id, browser } = visitor(service);
    const page = await browser.press();
    expect([page.sentence, page.action]).toEqual([SENTENCE, button('Start identity check')]);
    service.jumio.instead.create = undefined;
    passTime(service, HOUR);
    expect((await browser.post(page.fields)).location).toBe(service.jumio.latest(id).link);
  });
});

describe('identities erased before a decision', () => {
  it.each<[string, Scene]>([
    ['who was under way', signedUp],
    ['whose link had ended', expired],
  ])('an erased person does not read that they did not finish: %s', async (_who, scene) => {
    const service = await testService();
    const { id, browser } = await scene(service);
    const now = service.clock.now();
    await service.ctx.ledger.change(id, now, (found) => found && erase(found, 'ann', now));
    for (const path of ['/jumio/status', '/jumio/verify']) {
      const page = await browser.get(path);
      expect(page.sentence).toBe('Your identity is not verified yet.');
      expect(page.action).toEqual(CLOSE);
    }
  });
});

describe('the heading is the answer', () => {
  const headingOf = (body: string) => ({
    title: /<title>([^<]*)/.exec(body)?.[1],
    heading: /<h1 id="title">([^<]*)/.exec(body)?.[1],
    mood: /<svg class="icon (\w+)"/.exec(body)?.[1],
  });

  it.each([
    ['PASSED', undefined, 'Your identity is verified', 'done'],
    ['WARNING', undefined, 'We are taking a closer look', 'review'],
    ['REJECTED', 'unreadable', 'We could not read your document', 'problem'],
    ['REJECTED', 'face_unreadable', 'We could not see your face clearly', 'problem'],
    ['REJECTED', 'other', 'We could not verify your identity', 'problem'],
  ] as const)('after %s (%s) the heading and the title say: %s', async (type, reason, words, mood) => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    await browser.press();
    await decide(service, id, type, reason);
    for (const path of ['/jumio/status', '/jumio/verify'])
      expect(headingOf((await browser.get(path)).body), path).toEqual({
        title: `${words} – Identity check`,
        heading: words,
        mood,
      });
  });

  it('the consent keeps its own heading, without an icon', async () => {
    const { browser } = await signedUp(await testService());
    const { heading, mood } = headingOf((await browser.get('/jumio/verify')).body);
    expect([heading, mood]).toEqual(['Before we check your identity', undefined]);
  });
});
