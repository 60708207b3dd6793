import { describe, expect, it } from 'vitest';
import { decide, signedUp, visitor } from '../../support/builders/people.ts';
import { initiate, validate } from '../../support/clients/calls.ts';
import { nativeProgram } from '../../support/clients/programs.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
import { recordOf, untilStatus } from '../../support/service/eventually.ts';
import { APPLICATION, type TestService, testService } from '../../support/service/service.ts';

const ACCOUNT = `${APPLICATION}/account`;

const ASKS =
  'This service uses Jumio, a company that checks identity documents, to confirm that you are who you say you are.';

const DECLINED = 'Your identity check will not continue. You can change your mind at any time.';

async function kinds({ ctx }: TestService, id: string): Promise<string[]> {
  return (await ctx.ledger.events(id)).map(({ kind }) => kind);
}

describe('the consent page', () => {
  it('the consent page names controller, processor, purpose, reason, duration, what is needed and where the data go', async () => {
    const env = { BRAND_NAME: 'Acme', PRIVACY_URL: 'https://acme.example/privacy' };
    const { browser } = await signedUp(await testService({ env }));
    const { sentence, body } = await browser.get('/jumio/verify');
    expect(sentence).toBe(ASKS.replace('This service', 'Acme'));
    for (const text of [
      'opening an account',
      'five minutes',
      'passport',
      'camera',
      'Jumio receives the photos',
      'not the photos',
    ])
      expect(body).toContain(text);
    expect(body).toContain('href="https://acme.example/privacy"');
  });

  it('the consent page says what a data-protection officer asks for', async () => {
    const env = { BRAND_NAME: 'Acme', SUPPORT_ADDRESS: 'help@acme.example' };
    const { browser } = await signedUp(await testService({ env }));
    const { body } = await browser.get('/jumio/verify');
    for (const text of [
      'Acme is responsible for your data, as the controller.',
      'biometric data of your face',
      'expressly consent to this use of your biometric data',
      'until your data is erased',
      'Jumio keeps the photos and biometric data for as long as',
      'You can withdraw your consent at any time',
      'have your data erased, contact us: help@acme.example',
    ])
      expect(body).toContain(text);
  });

  it('the operator’s own text says how long Jumio keeps what it got', async () => {
    const TEXTS =
      'consent_version: "2026-01"\nen:\n  consent.jumio_retention: Jumio deletes all of it after 30 days.\n';
    const { browser } = await signedUp(await testService({ env: { TEXTS } }));
    expect((await browser.get('/jumio/verify')).body).toContain('Jumio deletes all of it after 30 days.');
  });

  it.each([
    ['registration', 'Jumio has received an identifier for your sign-up, without your name', 'nothing about you'],
    ['consent', 'Jumio receives nothing about you until you agree.', 'has received an identifier'],
  ])(
    'with VERIFICATION_START=%s the text says what Jumio knows already, on the page and in JSON',
    async (start, says, not) => {
      const service = await testService({ env: { VERIFICATION_START: start } });
      const { id, browser } = visitor(service);
      await initiate(service, { kratos_identity_id: id });
      await untilStatus(service, id, 'pending');
      for (const { body } of [
        await browser.get('/jumio/verify'),
        await nativeProgram(service, id).get('/jumio/verify'),
      ]) {
        expect(body).toContain(says);
        expect(body).not.toContain(not);
      }
    },
  );

  it('without a support address no page asks anybody to contact support', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    await browser.press();
    const pages = [await browser.get('/jumio/help'), await browser.get('/jumio/verify')];
    await decide(service, id, 'REJECTED', 'other');
    pages.push(await browser.get('/jumio/status'));
    for (const { body } of pages) expect(body).not.toMatch(/contact|support/i);
    const refused = await validate(service, { kratos_identity_id: id });
    expect([refused.statusCode, refused.body.includes('support')]).toEqual([403, false]);
  });

  it('the consent page offers consent, refusal, and help with alternatives', async () => {
    const { browser } = await signedUp(await testService());
    const { action, body } = await browser.get('/jumio/verify');
    expect(action).toEqual({ kind: 'button', text: 'Agree and continue', href: undefined });
    expect(body).toContain('action="/jumio/decline"');
    expect(body).toContain('href="/jumio/help"');
  });

  it('the consent page has two buttons, consent and refusal; further reading is a plain link in the text', async () => {
    const service = await testService({ env: { PRIVACY_URL: 'https://acme.example/privacy' } });
    const { body } = await (await signedUp(service)).browser.get('/jumio/verify');
    expect(body.match(/<button\b/g)).toHaveLength(2);
    expect(body).not.toContain('class="button"');
    const main = body.slice(body.indexOf('<main'), body.indexOf('</main>'));
    expect(main.match(/<a [^>]*>[^<]*/g)?.map((each) => each.replace(/\?unchanged[^"]*/, ''))).toEqual([
      '<a href="https://acme.example/privacy">Read the privacy policy',
      '<a href="/jumio/help">Other ways to confirm your identity',
      '<a href="/jumio/phone">Continue on my phone and wait here',
    ]);
    expect(main.indexOf('<a ')).toBeLessThan(main.indexOf('<button'));
  });

  it('opening the consent page records nothing, in any language', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const before = await recordOf(service, id);
    await browser.get('/jumio/verify');
    await service.app.inject({ url: '/jumio/verify', headers: { cookie: browser.session, 'accept-language': 'de' } });
    expect(await recordOf(service, id)).toEqual(before);
  });
});

describe('consent', () => {
  it('a consent leads to Jumio, and is recorded with its version and language, also for the operator', async () => {
    const admins: unknown[] = [];
    const service = await testService();
    const { id, browser } = await signedUp(service);
    service.kratos.instead.publish = async (_id, content) => {
      admins.push(content.admin);
      return content.public;
    };
    const { fields } = await browser.get('/jumio/verify');
    expect((await browser.post(fields)).location).toBe(service.jumio.latest(id).link);
    const { identity } = await untilStatus(service, id, 'pending');
    expect(identity).toMatchObject({ consentVersion: service.ctx.consentVersion, consentLanguage: 'en' });
    expect(admins.at(-1)).toMatchObject({ consent: { text_version: service.ctx.consentVersion, language: 'en' } });
  });

  it('one consent is enough: later the button continues, also for a second attempt', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    await browser.press();
    expect((await browser.get('/jumio/verify')).action?.text).toBe('Continue to identity check');
    await decide(service, id, 'REJECTED', 'unreadable');
    expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
    expect((await kinds(service, id)).filter((kind) => kind === 'consent')).toHaveLength(1);
  });

  it('a consent can be withdrawn where it was given, and nothing leads to Jumio afterwards', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    await browser.press();
    const page = await browser.get('/jumio/verify');
    expect(page.body).toContain('>Withdraw consent</button>');
    expect((await browser.post(page.fields, '/jumio/decline')).location).toBe('/jumio/status');
    expect(await kinds(service, id)).toContain('declined');
    expect((await browser.get('/jumio/verify')).sentence).toBe(ASKS);
  });

  it('a form without consent does not lead to Jumio, even if the link exists', async () => {
    const service = await testService();
    const { browser } = await signedUp(service);
    const { fields } = await browser.get('/jumio/verify');
    for (const consent of [undefined, '', 'another-text']) {
      const page = await browser.post({ ...fields, consent });
      expect([page.status, page.sentence, page.location]).toEqual([200, ASKS, undefined]);
      expect(findCanaries(page.body)).toEqual([]);
    }
  });

  it('a changed consent text of the operator needs a new consent', async () => {
    const before = await testService();
    const { id, browser } = await signedUp(before);
    await browser.press();
    const { jumio, kratos, clock, databaseUrl } = before;
    const env = { TEXTS: 'consent_version: "2027"\nen:\n  consent.why: Because the law says so.\n' };
    const after = await testService({ databaseUrl, jumio, kratos, clock, env });
    const again = visitor(after, id).browser;
    const page = await again.get('/jumio/verify');
    expect(page.sentence).toBe(ASKS);
    expect(page.body).toContain('Because the law says so.');
    expect(page.body).toContain('This text has changed since you last agreed to it.');
    expect((await again.post({ ...page.fields, consent: undefined })).location).toBeUndefined();
    expect((await again.post(page.fields)).location).toBe(jumio.latest(id).link);
    expect((await recordOf(after, id)).identity.consentVersion).toBe('2027');
  });
});

describe('consent to prefilled traits', () => {
  const env = { PREPARED_DATA: 'firstName: /name/first' };
  const SAYS = 'Jumio also receives what you have told us about yourself';

  it('with traits for Jumio, the consent text says so, on the page and in JSON', async () => {
    const service = await testService({ env });
    const { id, browser } = await signedUp(service);
    expect((await browser.get('/jumio/verify')).body).toContain(SAYS);
    expect((await nativeProgram(service, id).get('/jumio/verify')).body).toContain(SAYS);
    expect((await nativeProgram(service, id).post({})).body).toContain(SAYS);
  });

  it('without traits for Jumio, the consent text does not mention them', async () => {
    const { browser } = await signedUp(await testService());
    expect((await browser.get('/jumio/verify')).body).not.toContain(SAYS);
  });

  it('a consent to the text without traits does not count for the text with traits', async () => {
    const before = await testService();
    const { id, browser } = await signedUp(before);
    await browser.press();
    const { jumio, kratos, clock, databaseUrl } = before;
    const after = await testService({ databaseUrl, jumio, kratos, clock, env });
    const again = visitor(after, id).browser;
    const { fields } = await again.get('/jumio/verify');
    expect((await again.post({ ...fields, consent: undefined })).location).toBeUndefined();
    expect((await again.post({ ...fields, consent: before.ctx.consentVersion })).location).toBeUndefined();
    expect((await again.post(fields)).location).toBe(jumio.latest(id).link);
  });
});

describe('refusal', () => {
  async function refused(env = {}) {
    const service = await testService({ env });
    const { id, browser } = await signedUp(service);
    const { fields } = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(ACCOUNT)}`);
    const answer = await browser.post(fields, '/jumio/decline');
    return { service, id, browser, answer, fields };
  }

  it('a refusal is stored, and leads to a page that says so, with a way back', async () => {
    const { service, id, browser, answer } = await refused();
    expect([answer.status, answer.location]).toEqual([303, '/jumio/status']);
    expect(await kinds(service, id)).toContain('declined');
    const page = await browser.get('/jumio/status');
    expect(page.sentence).toBe(DECLINED);
    expect(page.action).toEqual({ kind: 'link', text: 'Leave the identity check', href: ACCOUNT });
    expect((await recordOf(service, id)).identity.returnTo).toBe(ACCOUNT);
  });

  it('a refusal can be changed to consent at any time', async () => {
    const { service, id, browser } = await refused();
    const page = await browser.get('/jumio/verify');
    expect(page.sentence).toBe(ASKS);
    expect((await browser.post(page.fields)).location).toBe(service.jumio.latest(id).link);
    expect((await recordOf(service, id)).identity.declinedAt).toBeNull();
  });

  it('a refusal withdraws the consent: the existing link leads nowhere', async () => {
    const { browser } = await refused();
    const { fields } = await browser.get('/jumio/verify');
    await browser.post(fields);
    await browser.post(fields, '/jumio/decline');
    const page = await browser.post({ ...fields, consent: undefined });
    expect([page.sentence, page.location]).toEqual([ASKS, undefined]);
  });

  it('a refusal needs the CSRF token and an authenticated person', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    expect((await browser.post({ _csrf: 'x' }, '/jumio/decline')).status).toBe(403);
    browser.session = '';
    expect((await browser.post({}, '/jumio/decline')).status).toBeGreaterThanOrEqual(401);
    expect((await recordOf(service, id)).identity.declinedAt).toBeNull();
  });
});

describe('consent page of an approved identity', () => {
  it('an approved person is redirected to the application by the form and by the status page', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    const { fields } = await browser.get(`/jumio/verify?return_to=${encodeURIComponent(ACCOUNT)}`);
    await browser.post(fields);
    await decide(service, id, 'PASSED');
    const answer = await browser.post(fields);
    expect([answer.status, answer.location]).toEqual([303, ACCOUNT]);
    const page = await browser.get('/jumio/status');
    expect(page.action).toEqual({ kind: 'link', text: 'Continue to your account', href: ACCOUNT });
    expect(page.body).toContain(`<meta http-equiv="refresh" content="3; url&#61;${ACCOUNT}">`);
    expect(page.body).toContain(`data-onwards="${ACCOUNT}"`);
  });
});

describe('rejection reasons on the page', () => {
  it.each([
    ['unreadable', 'The photo of your document could not be read.'],
    ['face_unreadable', 'Your face was not clear enough. Face the light,'],
    ['document_unusable', 'The photo of your document could not be used. Photograph the original'],
    ['expired_document', 'Please use a document that stays valid for longer.'],
    ['unsupported_document', 'Please use a different document, such as a passport.'],
    ['not_finished', 'Please complete every step next time.'],
    ['other', 'What we received was not enough to confirm your identity.'],
  ] as const)('a rejection for %s is shown in our own text only', async (reason, words) => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    await browser.press();
    await decide(service, id, 'REJECTED', reason);
    const { body } = await browser.get('/jumio/status');
    expect(body).toContain(words);
    expect(body).not.toMatch(/SIMILARITY|MANIPULATED|watchlist|risk|score/i);
  });
});
