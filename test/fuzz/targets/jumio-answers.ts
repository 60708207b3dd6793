import fc from 'fast-check';
import { toStarted } from '../../../webhook/jumio/create.ts';
import { toResult } from '../../../webhook/jumio/result.ts';
import { createTokenSource } from '../../../webhook/jumio/token.ts';
import { detailsWire, startedWire, statusWire } from '../../../webhook/jumio/wire.ts';
import { accept, isSuccess } from '../../../webhook/upstream/http.ts';
import { answerOf, answers, joined, mustBeTimes } from '../answer.ts';
import { anyJson, anyTime, mostly } from '../grammar.ts';
import { mustHold, type Target } from '../target.ts';
import { CANARY } from '../words.ts';

const CALL = { upstream: 'jumio', operation: 'details' } as const;

const BASE = 'https://account.emea-1.jumio.ai/api/v1';

const id = mostly('9f1b2c3d-0000-4000-8000-000000000001', 'a', '../a', 'x'.repeat(101));

const decision = fc.record({
  type: mostly('PASSED', 'WARNING', 'REJECTED', 'NOT_EXECUTED', 'constructor'),
  details: fc.record({ label: mostly('OK', 'BLURRED', 'toString', CANARY) }),
  risk: fc.record({ score: mostly(0, 100) }),
});

const capabilities = fc.dictionary(
  fc.constantFrom('usability', 'dataChecks', 'liveness', 'constructor', '__proto__', CANARY),
  fc.oneof(fc.array(fc.record({ decision }), { maxLength: 3 }), anyJson),
);

const details = fc.record(
  {
    workflow: fc.record({
      id,
      status: mostly('PROCESSED', 'SESSION_EXPIRED', CANARY),
      definitionKey: mostly('10011', 10_011),
      userReference: mostly('1.x.y'),
      customerInternalReference: id,
    }),
    account: fc.record({ id }),
    completedAt: anyTime,
    decision: fc.oneof(decision, fc.constant(null)),
    capabilities,
  },
  { requiredKeys: ['workflow', 'account'] },
);

const urls = mostly(
  'https://api.emea-1.jumio.ai/api/v1/x',
  'https://api.emea-1.jumio.ai.evil.example/',
  'http://[::1]/',
  'x:',
);

const started = fc.record(
  {
    account: fc.record({ id }),
    workflowExecution: fc.record({
      id,
      credentials: fc.array(
        fc.record({
          category: mostly('DATA', 'ID'),
          api: fc.record({ token: mostly('t'), parts: fc.record({ prepared_data: urls }) }),
        }),
      ),
    }),
    web: fc.record({ href: urls }),
    sdk: fc.record({ token: mostly('t') }),
  },
  { requiredKeys: ['account', 'workflowExecution'] },
);

const status = fc.record({ workflowExecution: fc.record({ status: mostly('PROCESSED', '') }) });

/** A token whose payload is JSON in base64url. */
const jwt = anyJson.map((payload) => `h.${Buffer.from(JSON.stringify({ exp: payload })).toString('base64url')}.s`);

const token = fc.record({ access_token: fc.oneof(jwt, mostly('t')), expires_in: mostly(3600, 0, -1, 1e308) });

const DECISIONS = ['PASSED', 'WARNING', 'REJECTED', 'NOT_EXECUTED', 'UNKNOWN'];

const REASONS = [
  'unreadable',
  'face_unreadable',
  'document_unusable',
  'expired_document',
  'unsupported_document',
  'not_finished',
  'other',
];

const TOKEN_OPTIONS = { authUrl: '', clientId: '', clientSecret: '', deadline: 60_000, now: () => 0 };

/** What the service makes of an answer of Jumio, read as each of the answers that it knows. */
export const jumioAnswers: Target = {
  name: 'jumio-answers',
  share: 4,
  dictionary: [
    'workflow',
    'account',
    'decision',
    'PROCESSED',
    'REJECTED',
    'usability',
    'BLURRED',
    'prepared_data',
    'exp',
  ],
  fresh: answers(fc.oneof(details, started, status, token)),
  run: (input) => {
    const answer = answerOf(input);
    return joined({
      details: () => {
        const result = toResult(accept(CALL, answer, detailsWire));
        mustHold(isSuccess(answer.status), 'a result out of a refusal');
        mustBeTimes(result.completedAt);
        const { type = 'PASSED', reason = 'other', label = '' } = result.decision ?? {};
        mustHold(DECISIONS.includes(type) && REASONS.includes(reason), 'a decision or a reason of no list');
        mustHold(type === 'REJECTED' || result.decision?.reason === undefined, 'a reason without a rejection');
        mustHold(label.length <= 100, 'a label that is too long to be published');
        return result;
      },
      started: () => {
        const {
          executionId,
          accountId,
          link = 'https:',
          prefillUrl = BASE,
          ...rest
        } = toStarted(accept(CALL, answer, startedWire), BASE);
        mustHold(![executionId, accountId].some((one) => /[^\w-]/.test(one)), 'an id that changes a path');
        mustHold(/^https?:/i.test(link), 'a link to no page');
        mustHold(
          /^https:$/.test(new URL(prefillUrl).protocol) && new URL(prefillUrl).hostname.endsWith('.emea-1.jumio.ai'),
          'traits would go to a host that is not Jumio’s',
        );
        return [executionId, accountId, link, prefillUrl, rest];
      },
      status: () => accept(CALL, answer, statusWire),
      token: async () => {
        const source = createTokenSource(async () => answer, TOKEN_OPTIONS);
        const { value, refreshAt } = await source.current(new AbortController().signal);
        mustHold(/^[\x21-\x7e]+$/.test(value), 'a token that no header carries');
        mustHold(!Number.isNaN(refreshAt), 'a time that is none');
        return [value, refreshAt];
      },
    });
  },
};
