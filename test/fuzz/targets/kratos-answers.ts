import fc from 'fast-check';
import { LONGEST_PAUSE_MS } from '../../../webhook/errors.ts';
import {
  acceptKratos,
  credentialsWire,
  hasDeleted,
  identitiesWire,
  identityWire,
  pageWire,
  patchedWire,
  toIdentity,
  toLinked,
  toPage,
  toPatched,
  toWhoami,
  traitsAt,
} from '../../../webhook/kratos/answers.ts';
import { payerCredentialsWire, toPayerCredentials } from '../../../webhook/kratos/payer-credentials.ts';
import type { KratosIdentity } from '../../../webhook/kratos/types.ts';
import { answerOf, answers, joined, mustBeTimes } from '../answer.ts';
import { anyId, anyJson, anyTime, mostly } from '../grammar.ts';
import { mustHold, type Target } from '../target.ts';
import { BODY_WORDS, CANARY } from '../words.ts';

const CALL = { upstream: 'kratos', operation: 'read' } as const;

const ID = '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab';

const LOCALE = '/locale';

const identity = fc.record(
  {
    id: anyId,
    schema_id: mostly('default', CANARY),
    state: mostly('active', 'inactive'),
    state_changed_at: anyTime,
    created_at: anyTime,
    traits: fc.oneof(fc.record({ locale: mostly('de_AT', 'pt-BR', 'x'.repeat(40)) }), anyJson),
    metadata_public: mostly(null, { jumio: { status: 'approved' } }),
    metadata_admin: anyJson,
    credentials: fc.record({
      oidc: fc.record({
        config: fc.record({ providers: fc.array(fc.record({ provider: mostly('idemia'), subject: mostly('s') })) }),
        updated_at: anyTime,
      }),
      password: fc.record({ updated_at: anyTime }),
    }),
  },
  { requiredKeys: ['id'] },
);

const error = fc.record({
  error: fc.record({
    id: mostly('session_aal2_required'),
    message: mostly('Unable to locate the resource', 'Unable to serialize access', CANARY),
    reason: mostly('x'),
    details: fc.record({ redirect_browser_to: mostly('https://auth.example.com/', 'javascript:alert(1)') }),
  }),
  redirect_browser_to: mostly('https://auth.example.com/', 'data:,x'),
});

const session = fc.record({ active: mostly(true, false), identity });

function mustBeIdentity({ id, createdAt, stateChangedAt, locale = 'de' }: KratosIdentity): void {
  mustHold(id !== '', 'an identity without an id');
  mustBeTimes(createdAt, stateChangedAt);
  mustHold(/^[A-Za-z0-9-]{2,35}$/.test(locale), 'a locale that is no language tag');
}

/** What the service makes of an answer of Kratos, read as each of the answers that it knows. */
export const kratosAnswers: Target = {
  name: 'kratos-answers',
  share: 4,
  dictionary: [...BODY_WORDS, 'active', 'identity', 'error', 'redirect_browser_to', 'page_token', 'rel="next"', LOCALE],
  fresh: answers(fc.oneof(identity, session, error, fc.array(identity, { maxLength: 3 }))),
  run: (input) => {
    const answer = answerOf(input);
    return joined({
      whoami: () => {
        const found = toWhoami(CALL, answer, LOCALE);
        if (found.kind === 'session') {
          mustHold(answer.status < 300 && /"active"\s*:\s*true/.test(answer.body), 'a session that is not active');
          mustBeIdentity(found.identity);
        }
        if (found.kind === 'second-factor')
          mustHold(/^https?:/i.test(found.redirectTo ?? 'http:'), 'a redirect to no page');
        return found;
      },
      identity: () => {
        const wire = acceptKratos(CALL, answer, identityWire);
        const found = toIdentity(wire, LOCALE);
        mustBeIdentity(found);
        return [found, traitsAt(wire.traits, { a: LOCALE, b: '/__proto__/toString' })];
      },
      identities: () => acceptKratos(CALL, answer, identitiesWire),
      page: () => {
        const { identities, pause = 0, next } = toPage(answer, acceptKratos(CALL, answer, pageWire));
        identities.forEach(mustBeIdentity);
        mustHold(pause >= 0 && pause <= LONGEST_PAUSE_MS, 'a pause that is none');
        return [identities, pause, next];
      },
      patched: () => {
        const found = toPatched(acceptKratos(CALL, answer, patchedWire));
        mustBeTimes(found.stateChangedAt);
        return found;
      },
      credentials: () => {
        const found = toLinked(acceptKratos(CALL, answer, credentialsWire(ID)));
        mustBeTimes(...found.credentials.map(({ storedAt }) => storedAt));
        return found;
      },
      payer: () => {
        const { passkeys, ...found } = toPayerCredentials(acceptKratos(CALL, answer, payerCredentialsWire(ID)));
        mustBeTimes(found.createdAt, found.password?.updatedAt, ...passkeys.map(({ addedAt }) => addedAt));
        for (const { id, publicKey } of passkeys)
          mustHold(/^[\w-]+$/.test(id) && /^[\w-]+$/.test(publicKey), 'a passkey that is not base64url');
        return [passkeys, found];
      },
      deleted: () => hasDeleted(CALL, answer),
    });
  },
};
