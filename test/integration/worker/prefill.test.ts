import { describe, expect, it } from 'vitest';
import type { Started } from '../../../webhook/jumio/types.ts';
import type { Prefill } from '../../../webhook/model.ts';
import { agree, declineConsent } from '../../../webhook/verification/person/consent.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import { agreementInput, signedUp } from '../../support/builders/people.ts';
import { createFakeJumio, type FakeJumio, jumioFails, unanswered } from '../../support/fakes/jumio.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { deferred, kindsOf, SOON } from '../../support/fakes/upstream-answers.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { eventually, passTime, recordOf } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { MINUTE } from '../../support/service/shifted-clock.ts';

const MAPPING = 'firstName: /name/first\nemail: /email\naddress.country: /country';

const URL_OF_DATA = 'https://api.emea-1.jumio.ai/api/v1/accounts/a/credentials/c/parts/PREPARED_DATA';

const NAME = 'Ada Canary of the traits';

/** The answer of a workflow of Jumio that accepts prepared data. */
function acceptingData(answer: Partial<Started>): FakeJumio {
  const jumio = createFakeJumio();
  return { ...jumio, create: async (start) => ({ ...(await jumio.create(start)), ...answer }) };
}

/** A person who has signed up and has not agreed yet. */
async function signedUpForPrefill(
  answer: Partial<Started> = { prefillUrl: URL_OF_DATA },
  mapping: string | undefined = MAPPING,
) {
  const service = await testService({ jumio: acceptingData(answer), env: { PREPARED_DATA: mapping } });
  const { id } = await signedUp(service);
  service.kratos.traitsOf.set(id, { '/name/first': NAME, '/email': 'nobody', '/country': 'de' });
  const person = { identityId: id, inherited: null };
  return { service, id, person };
}

async function rowOf(service: TestService, id: string) {
  return (await recordOf(service, id)).verifications.at(-1);
}

async function untilPrefill(service: TestService, id: string, prefill: Prefill): Promise<void> {
  await eventually(async () => expect((await rowOf(service, id))?.prefill).toBe(prefill));
}

describe('traits for Jumio', () => {
  it('traits are sent after consent and before the redirect to Jumio, with the execution’s own token', async () => {
    const { service, id, person } = await signedUpForPrefill();
    expect(await rowOf(service, id)).toMatchObject({ prefill: 'pending', prefillUrl: URL_OF_DATA, prefillDue: null });
    expect(service.kratos.calls.traits).toEqual([]);
    const outcome = await continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000);
    expect(outcome.kind).toBe('link');
    expect(service.jumio.calls.prepare).toEqual([
      {
        url: URL_OF_DATA,
        token: CANARIES.transactionToken,
        data: { firstName: NAME, address: { country: 'DE' } },
      },
    ]);
    expect(await rowOf(service, id)).toMatchObject({ prefill: 'sent', prefillUrl: null, prefillDue: null });
    const [sent] = (await service.ctx.ledger.events(id)).filter(({ kind }) => kind === 'prepared_sent');
    expect(sent?.detail).toEqual({ left_out: 'email' });
  });

  it('traits for Jumio are neither stored nor logged', async () => {
    const { service, id, person } = await signedUpForPrefill();
    service.jumio.instead.prepare = () => jumioFails({ operation: 'prepare', status: 400 });
    await continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000);
    await untilPrefill(service, id, 'given-up');
    const kept = JSON.stringify([await service.ctx.ledger.record(id), await service.ctx.ledger.events(id)]);
    expect(kept).not.toContain(NAME);
    expect(JSON.stringify(service.logs)).not.toContain(NAME);
  });

  it('traits never block the person: a hanging Jumio costs the short wait, a refusing one nothing', async () => {
    const { service, person } = await signedUpForPrefill();
    service.jumio.instead.prepare = unanswered();
    const started = performance.now();
    expect((await continueVerification(service.ctx, service.worker, person, agreementInput(service), 300)).kind).toBe(
      'link',
    );
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('traits that Jumio refuses are given up at once, and the operator sees it', async () => {
    const { service, id, person } = await signedUpForPrefill();
    service.jumio.instead.prepare = () => jumioFails({ operation: 'prepare', status: 422 });
    expect((await continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000)).kind).toBe(
      'link',
    );
    await untilPrefill(service, id, 'given-up');
    expect(service.jumio.calls.prepare).toHaveLength(1);
    expect(await kindsOf(service, id)).toContain('prepared_given_up');
  });

  it('while Jumio or Kratos is down, traits are tried three times, then given up', async () => {
    const { service, id, person } = await signedUpForPrefill();
    service.clock.stop();
    service.kratos.instead.traits = () => kratosFails({ operation: 'read', status: 503 });
    await agree(service.ctx, person, agreementInput(service).agreement);
    service.worker.wake();
    for (let tries = 1; tries <= 3; tries += 1) {
      await eventually(async () => expect((await rowOf(service, id))?.prefillTries).toBe(tries));
      if (tries === 2) {
        service.kratos.instead.traits = undefined;
        service.jumio.instead.prepare = () => jumioFails({ operation: 'prepare', status: 500 });
      }
      passTime(service, SOON);
    }
    await untilPrefill(service, id, 'given-up');
    expect(service.jumio.calls.prepare).toHaveLength(1);
    expect((await service.ctx.ledger.events(id)).at(-1)).toMatchObject({
      kind: 'prepared_given_up',
      detail: { seen: 'jumio status 500' },
    });
  });

  it('after a 429 from Kratos, traits are read when its pause is over, and not before; that counts as no try', async () => {
    const { service, id, person } = await signedUpForPrefill();
    service.kratos.instead.traits = () => kratosFails({ operation: 'read', status: 429, retryAfter: 10 * MINUTE });
    await agree(service.ctx, person, agreementInput(service).agreement);
    for (let waited = 0; waited < 4; waited += 1) {
      service.worker.wake();
      await eventually(() => expect(service.kratos.calls.traits).toHaveLength(1));
      await new Promise((resolve) => setTimeout(resolve, 150));
      passTime(service, 2 * MINUTE);
    }
    expect(service.kratos.calls.traits).toHaveLength(1);
    expect(await rowOf(service, id)).toMatchObject({ prefill: 'pending', prefillTries: 0 });
    service.kratos.instead.traits = undefined;
    passTime(service, 3 * MINUTE);
    await untilPrefill(service, id, 'sent');
  });

  it('traits are not sent if the person refuses during their read, and are sent after a new consent', async () => {
    const { service, id, person } = await signedUpForPrefill();
    const traits = deferred<Readonly<Record<string, unknown>>>();
    service.kratos.instead.traits = () => traits.promise;
    const going = continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000);
    await eventually(() => expect(service.kratos.calls.traits).toHaveLength(1));
    await declineConsent(service.ctx, person);
    traits.resolve({ '/name/first': NAME });
    expect((await going).kind).toBe('consent-needed');
    await eventually(async () =>
      expect(await rowOf(service, id)).toMatchObject({ prefill: 'pending', prefillDue: null }),
    );
    expect(service.jumio.calls.prepare).toEqual([]);
    service.kratos.instead.traits = undefined;
    await continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000);
    await untilPrefill(service, id, 'sent');
  });

  it('an identity without the mapped traits has its prefill given up', async () => {
    const { service, id, person } = await signedUpForPrefill();
    service.kratos.traitsOf.clear();
    await continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000);
    await untilPrefill(service, id, 'given-up');
    expect(service.jumio.calls.prepare).toEqual([]);
  });

  it('a prefill URL outside the region is an event, and gets no traits', async () => {
    const { service, id, person } = await signedUpForPrefill({ foreignPreparedUrl: true });
    await continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000);
    expect(await kindsOf(service, id)).toContain('prepared_url_refused');
    expect(service.kratos.calls.traits).toEqual([]);
    expect((await rowOf(service, id))?.prefill).toBe('none');
  });

  it('without a mapping, no prefill call is made and no prefill URL is stored', async () => {
    const { service, id, person } = await signedUpForPrefill({ prefillUrl: URL_OF_DATA }, '');
    expect((await continueVerification(service.ctx, service.worker, person, agreementInput(service), 5_000)).kind).toBe(
      'link',
    );
    expect(await rowOf(service, id)).toMatchObject({ prefill: 'none', prefillUrl: null });
    expect([service.kratos.calls.traits, service.jumio.calls.prepare]).toEqual([[], []]);
  });
});
