import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { erase } from '../../../webhook/verification/operator/actions.ts';
import { agree, declineConsent } from '../../../webhook/verification/person/consent.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import { loadView } from '../../../webhook/verification/person/view.ts';
import { contentOf, publishedContent } from '../../../webhook/verification/record/content.ts';
import { awaitConsent, hasAgreed, updateIdentity } from '../../../webhook/verification/record/record.ts';
import { applied } from '../../support/builders/applied.ts';
import { IDENTITY, last, NOW, newRecord, withAttempt, withRequest } from '../../support/builders/history.ts';
import { CONSENT, createInMemoryContext, type InMemoryContext } from '../../support/service/in-memory-context.ts';

const WHO = { identityId: IDENTITY, inherited: null };

const OTHER = { version: 'text-2', language: 'de' };

function kinds({ events }: InMemoryContext): string[] {
  return events.map(({ kind }) => kind);
}

async function agreedTo(record: IdentityRecord | undefined, agreement = CONSENT): Promise<IdentityRecord> {
  const memory = createInMemoryContext(record);
  await agree(memory.ctx, WHO, agreement);
  const after = memory.stored();
  if (after === undefined) throw new Error('agreeing leaves a row');
  return after;
}

function adminOf(record: IdentityRecord): unknown {
  const content = contentOf(record);
  return content === null ? undefined : publishedContent({ content, changedAt: NOW, version: 1 }).admin;
}

describe('consent', () => {
  it('consent is stored with version, language and time, as an event and for the operator', async () => {
    const memory = createInMemoryContext(withRequest(newRecord()));
    expect(await agree(memory.ctx, WHO, CONSENT)).toBe('agreed');
    const { identity } = memory.stored() ?? newRecord();
    expect(identity).toMatchObject({ consentVersion: 'text-1', consentLanguage: 'en', consentAt: NOW });
    expect(memory.events).toEqual([{ kind: 'consent', detail: { version: 'text-1', language: 'en' } }]);
    expect(adminOf(await agreedTo(withRequest(newRecord())))).toMatchObject({
      consent: { text_version: 'text-1', language: 'en', at: new Date(NOW).toISOString() },
    });
  });

  it('a second consent to the same text changes nothing', async () => {
    const first = await agreedTo(withRequest(newRecord()));
    const memory = createInMemoryContext(first, NOW + 60_000);
    await agree(memory.ctx, WHO, CONSENT);
    expect(memory.stored()?.identity).toEqual(first.identity);
    expect(memory.events).toEqual([]);
  });

  it('consent to another text than the current one is not stored', async () => {
    const memory = createInMemoryContext(undefined);
    expect(await agree(memory.ctx, WHO, OTHER)).toBe('outdated');
    expect(memory.stored()).toBeUndefined();
  });

  it('consent alone starts no verification', async () => {
    expect((await agreedTo(undefined)).verifications).toEqual([]);
  });
});

describe('declining consent', () => {
  it('a refusal is stored once, and withdraws an earlier consent', async () => {
    const memory = createInMemoryContext(await agreedTo(withAttempt(newRecord())));
    await declineConsent(memory.ctx, WHO);
    await declineConsent(memory.ctx, WHO);
    expect(kinds(memory)).toEqual(['declined']);
    expect((await loadView(memory.ctx, WHO)).consent).toBe('declined');
    expect(hasAgreed(memory.stored()?.identity ?? newRecord().identity, CONSENT.version)).toBe(false);
    expect(adminOf(memory.stored() ?? newRecord())).toMatchObject({ declined_at: new Date(NOW).toISOString() });
  });

  it('a refusal ends when the person consents after all', async () => {
    const memory = createInMemoryContext(undefined);
    await declineConsent(memory.ctx, WHO);
    await agree(memory.ctx, WHO, CONSENT);
    expect(memory.stored()?.identity).toMatchObject({ declinedAt: null, consentVersion: 'text-1' });
    expect((await loadView(memory.ctx, WHO)).consent).toBe('given');
  });

  it('a refusal leaves a started verification as it is', async () => {
    const memory = createInMemoryContext(withAttempt(newRecord()));
    await declineConsent(memory.ctx, WHO);
    expect(memory.stored()?.verifications).toEqual(withAttempt(newRecord()).verifications);
  });
});

describe('continuing a verification', () => {
  async function wentOn(
    record: IdentityRecord | undefined,
    going: Partial<Parameters<typeof continueVerification>[3]> = {},
  ) {
    const memory = createInMemoryContext(record);
    const outcome = await continueVerification(memory.ctx, memory.worker, WHO, { returnTo: null, ...going }, 0);
    return { memory, outcome };
  }

  it.each<[string, IdentityRecord | undefined]>([
    ['a new person', undefined],
    ['a person awaiting consent', applied(awaitConsent(newRecord()), NOW).record],
    ['a person with a link', withAttempt(newRecord())],
  ])('continuing without consent asks for it, and creates no execution (%s)', async (_who, record) => {
    const { memory, outcome } = await wentOn(record);
    expect(outcome.kind).toBe('consent-needed');
    expect(outcome).not.toHaveProperty('link');
    expect(memory.stored()?.verifications ?? []).toEqual(record?.verifications ?? []);
    expect(memory.events).toEqual([]);
  });

  it.each<[string, Partial<IdentityRecord['identity']>]>([
    ['to an earlier text', { consentVersion: 'text-0', consentAt: NOW }],
    ['and declined since', { consentVersion: 'text-1', consentAt: NOW, declinedAt: NOW }],
  ])('a person who agreed %s is asked again, even if a link exists', async (_when, identity) => {
    const { outcome } = await wentOn(updateIdentity(withAttempt(newRecord()), identity));
    expect(outcome.kind).toBe('consent-needed');
  });

  it('continuing with consent to another text asks again', async () => {
    const { memory, outcome } = await wentOn(withAttempt(newRecord()), { agreement: OTHER });
    expect(outcome.kind).toBe('consent-needed');
    expect(memory.events).toEqual([]);
  });

  it('continuing with consent in the same request returns the link, in one change', async () => {
    const record = withAttempt(newRecord());
    const { memory, outcome } = await wentOn(record, { agreement: CONSENT });
    expect(outcome).toMatchObject({ kind: 'link', link: { url: last(record).link } });
    expect(kinds(memory)).toEqual(['consent']);
  });

  it('continuing with consent requests the attempt of a person awaiting consent, once', async () => {
    const { memory } = await wentOn(applied(awaitConsent(newRecord()), NOW).record, { agreement: CONSENT });
    expect(kinds(memory)).toEqual(['consent', 'requested']);
    expect(memory.stored()?.identity.awaitingConsent).toBe(false);
    await continueVerification(memory.ctx, memory.worker, WHO, { returnTo: null }, 0);
    expect(memory.stored()?.verifications).toHaveLength(1);
  });

  it('continuing stores the locale of the person, and schema and creation time from the session', async () => {
    const memory = createInMemoryContext(undefined);
    const who = { ...WHO, schemaId: 'person', kratosCreatedAt: NOW - 5 };
    await continueVerification(memory.ctx, memory.worker, who, { returnTo: null, agreement: CONSENT, locale: 'fr' }, 0);
    expect(memory.stored()?.identity).toMatchObject({ schemaId: 'person', kratosCreatedAt: NOW - 5, locale: 'fr' });
  });
});

describe('a person awaiting consent', () => {
  it('a person awaiting consent is pending and waited on, and published at once without waiting for a create call', () => {
    const { identity } = applied(awaitConsent(newRecord()), NOW).record;
    expect(identity).toMatchObject({
      status: 'pending',
      awaitingConsent: true,
      version: 1,
      kratosDue: NOW,
      jumioDue: null,
    });
    expect(publishedContent({ ...identity, content: identity.content ?? '', changedAt: NOW })).toEqual({
      public: { status: 'pending', source: 'jumio', updated_at: new Date(NOW).toISOString() },
      admin: { attempts: 0, waiting_on: 'person', version: 1 },
    });
  });
});

describe('an erased person', () => {
  it('a form submitted after the erasure stores nothing', async () => {
    const memory = createInMemoryContext(applied(erase(withAttempt(newRecord()), 'ann', NOW), NOW).record);
    await continueVerification(memory.ctx, memory.worker, WHO, { returnTo: null, agreement: CONSENT }, 0);
    await declineConsent(memory.ctx, WHO);
    expect(kinds(memory)).toEqual([]);
  });
});
