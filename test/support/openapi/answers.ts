import { z } from 'zod';
import type { Applied as AppliedAnswer } from '../../../webhook/applied/applied.ts';
import type { ConsentText, StatusAnswer } from '../../../webhook/http/api/answers.ts';
import type { DecisionAnswer } from '../../../webhook/http/api/decision.ts';
import { PROBLEMS, type ProblemDetails } from '../../../webhook/http/problems.ts';
import type { ConsumedAnswer, RecordedAnswer, TransactionAnswer } from '../../../webhook/http/transactions/answers.ts';
import type { IssuerAnswer } from '../../../webhook/http/transactions/well-known.ts';
import type { PublishedKey } from '../../../webhook/signing/index.ts';

/*
 * What the service answers, as schemas. The compiler compares each with the type that the handler sends, and the tests with
 * every answer that they get (`checked-answers.ts`).
 */

function keysOf<K extends string>(record: Readonly<Record<K, true>>): K[] {
  return z.array(z.custom<K>((key) => typeof key === 'string' && key in record)).parse(Object.keys(record));
}

const time = z.iso.datetime().describe('ISO 8601.');

/** Each of them, which the compiler checks by the record. */
export const ACTIONABLE = keysOf({
  unreadable: true,
  face_unreadable: true,
  document_unusable: true,
  expired_document: true,
  unsupported_document: true,
  not_finished: true,
} satisfies Record<NonNullable<StatusAnswer['code']>, true>);

const statusMembers = {
  status: z.enum(['none', 'pending', 'processing', 'approved', 'review', 'rejected', 'expired']),
  waiting_on: z.enum(['person', 'jumio', 'operator', 'nobody']),
  next: z.enum(['verify', 'wait', 'continue', 'later', 'contact']).describe('What the person does next.'),
  retry_after: z.int().min(0).describe('Seconds until the next request is useful.'),
  attempt: z.exactOptional(z.enum(['pending', 'processing', 'expired'])).describe('Only beside a decided status.'),
  until: z.exactOptional(time).describe('Only with `later`: the time from which the person may start again.'),
  code: z.exactOptional(z.enum(ACTIONABLE)).describe('Why Jumio rejected, only where the person can act on it.'),
  return_to: z.exactOptional(z.string()),
  somebody_else: z.exactOptional(z.literal(true)).describe('This browser has the hand-over cookie of another person.'),
};

const consentMembers = {
  text_version: z.string(),
  language: z.string(),
  title: z.string(),
  paragraphs: z.array(z.strictObject({ text: z.string(), items: z.exactOptional(z.array(z.string())) })),
  privacy_url: z.exactOptional(z.url()),
};

const status = z.strictObject(statusMembers) satisfies z.ZodType<StatusAnswer>;

const consent = z.strictObject(consentMembers) satisfies z.ZodType<ConsentText>;

const gateDecision = z.enum(['allow', 'block', 'block_with_way_on']);

const decision = z.strictObject({
  allow: z.boolean().describe('By the rules of the policy with `flow: api`, else only `approved`.'),
  verified: z.boolean().describe('Whether the person is verified, whatever the rules allow.'),
  sign_in: gateDecision.describe('What the gate answers a login of the person now.'),
  status: z.enum([...statusMembers.status.options, 'unknown']),
  status_age: z.int().min(0).nullable().describe('Seconds; null: not known.'),
  rule: z.union([z.string(), z.int()]).nullable(),
  would_block: z.exactOptional(z.literal(true)).describe('Only in shadow mode.'),
}) satisfies z.ZodType<DecisionAnswer>;

const mistake = z.strictObject({
  pointer: z.string().describe('A JSON pointer as a fragment; `#` is the whole body.'),
  expected: z.string(),
});

const details = {
  detail: z.exactOptional(z.string()),
  errors: z.exactOptional(z.array(mistake)),
  request_id: z.exactOptional(z.string()),
};

z.strictObject(details) satisfies z.ZodType<ProblemDetails>;

const problem = z
  .strictObject({
    type: z.string().describe('`urn:kratos-jumio:problem:` and the code.'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('The one word to branch on.'),
    ...details,
    consent: z.exactOptional(consent).describe('Only with `consent-needed`.'),
    state: z.exactOptional(status).describe('Only where this person may not go on.'),
    until: z.exactOptional(time),
  })
  .refine(({ code }) => Object.hasOwn(PROBLEMS, code));

const transactionStatus = z.enum(['open', 'approved', 'consumed', 'declined', 'failed', 'expired', 'cancelled']);

const account = z.union([z.strictObject({ iban: z.string() }), z.strictObject({ other: z.string() })]);

const payment = z.strictObject({
  type: z.literal('payment_initiation'),
  instructedAmount: z.strictObject({ currency: z.string(), amount: z.string() }),
  creditorName: z.string(),
  creditorAccount: account,
  remittanceInformationUnstructured: z.string().optional(),
});

const recordedTransaction = z.strictObject({
  id: z.uuid(),
  status: transactionStatus,
  url: z.url().describe('Where the payer approves: lead the browser there.'),
  expires_at: time,
  authorization_details: z.tuple([payment]).describe('As recorded, and as the payer sees it.'),
}) satisfies z.ZodType<RecordedAnswer>;

const transaction = z.strictObject({
  id: z.uuid(),
  status: transactionStatus,
  reference: z.exactOptional(z.string()),
  created_at: time,
  expires_at: time.describe('Until when it can be approved.'),
  approved_at: z.exactOptional(time),
  consume_by: z.exactOptional(time).describe('Until when the approval can be consumed.'),
}) satisfies z.ZodType<TransactionAnswer>;

const consumedTransaction = z.strictObject({
  status: z.literal('consumed'),
  approval: z.string().describe('A JWS of ES256 with the typ `approval+jwt`.'),
}) satisfies z.ZodType<ConsumedAnswer>;

const signingKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  use: z.literal('sig'),
  alg: z.literal('ES256'),
}) satisfies z.ZodType<PublishedKey>;

const issuer = z.strictObject({
  issuer: z.url(),
  jwks_uri: z.url(),
  id_token_signing_alg_values_supported: z.tuple([z.literal('ES256')]),
}) satisfies z.ZodType<IssuerAnswer>;

const oneTime = z.strictObject({ url: z.url(), expires_at: time });

const refusalMessage = z.strictObject({
  id: z.int(),
  text: z.string(),
  type: z.literal('error'),
  context: z.strictObject({
    status: z.exactOptional(z.string()),
    url: z.exactOptional(z.url()),
    expires_at: z.exactOptional(time),
  }),
});

const fingerprint = z.string().describe('Tells two values apart, and cannot be turned back.');

const applied = z.strictObject({
  version: z.string(),
  policy: z.string().describe('The hash of the policy.'),
  mode: z.enum(['enforce', 'shadow']),
  on_failure: z.enum(['block', 'allow']),
  secrets: z.record(z.string(), z.array(fingerprint)).describe('By variable; empty if it is not set.'),
  endpoints: z.array(
    z.strictObject({
      name: z.string(),
      types: z.array(z.string()),
      fingerprint: fingerprint.describe('Of address, types and secrets together.'),
      stopped: z.boolean().nullable().describe('Whether it answered 410, and gets no events; null: not known.'),
    }),
  ),
}) satisfies z.ZodType<AppliedAnswer>;

/** The schemas of answers, by the names that they have in the document. */
export const ANSWERS = {
  Status: status,
  StatusAndConsent: z.strictObject({
    ...statusMembers,
    consent: z.strictObject({
      given: z.boolean(),
      declined: z.exactOptional(z.literal(true)),
      ...consentMembers,
    }),
  }),
  Link: z.union([
    oneTime,
    z.strictObject({ sdk: z.strictObject({ token: z.string(), data_center: z.exactOptional(z.string()) }) }),
    status,
  ]),
  OneTimeLink: oneTime,
  Decision: decision,
  Health: z.strictObject({
    status: z.enum(['ok', 'degraded', 'starting', 'stopping']),
    degraded: z.exactOptional(z.array(z.string())),
    gate: z.exactOptional(
      z.strictObject({
        mode: z.enum(['enforce', 'shadow']),
        on_failure: z.enum(['block', 'allow']),
        policy: z.string(),
      }),
    ),
    version: z.exactOptional(z.string()),
  }),
  Applied: applied,
  RecordedTransaction: recordedTransaction,
  Transaction: transaction,
  ConsumedTransaction: consumedTransaction,
  SigningKeys: z.strictObject({ keys: z.array(signingKey) }),
  Issuer: issuer,
  Problem: problem,
  KratosRefusal: z.strictObject({
    messages: z.tuple([z.strictObject({ instance_ptr: z.literal('#/'), messages: z.tuple([refusalMessage]) })]),
  }),
};

/** The name of an answer. */
export type AnswerName = keyof typeof ANSWERS;
