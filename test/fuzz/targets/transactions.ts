import fc from 'fast-check';
import { z } from 'zod';
import { findCanaries } from '../../support/logs/canaries.ts';
import { buildTestService } from '../../support/service/service.ts';
import { authorization, BANK, PAYMENT, recordOf, SHOP, WITH_TRANSACTIONS } from '../../support/transactions/bank.ts';
import { anyBody, anyJson, anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';

const ID = '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab';

const METHODS = ['GET', 'POST', 'DELETE'] as const;

const PATHS = ['/transactions', `/transactions/${ID}`, `/transactions/${ID}/consume`, '/.well-known/jwks.json'];

const request = z.object({
  method: z.enum(METHODS),
  path: z.string(),
  /** The credentials: those of a client, or a text of the case. */
  as: z.string().catch(''),
  key: z.string().optional().catch(undefined),
  body: z.string().catch(''),
});

const payable = z.object({
  instructedAmount: z.object({ amount: z.string(), currency: z.string() }),
  creditorName: z.string(),
  creditorAccount: z.union([z.object({ iban: z.string() }), z.object({ other: z.string() })]),
});

type RecordedPayment = z.infer<typeof payable>;

const recorded = z.object({ authorization_details: z.tuple([payable]) });

/** Written again, so that a mistake of the service is not repeated here. */
function isShowable(text: string): boolean {
  const isDrawn = !/\u034f|[\u115f\u1160\u2800\u3164\uffa0]|[\ufe00-\ufe0f]/u.test(text);
  const isKnown = !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.test(text);
  return text.length > 0 && isDrawn && isKnown && text === text.trim();
}

function authorizationOf(as: string): string {
  if (as === BANK.id) return authorization(BANK);
  return as === SHOP.id ? authorization(SHOP) : as.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 4_096);
}

/** What a payment must be that is shown to a payer and signed, whatever brought it. */
export function holdPayment({ instructedAmount, creditorName, creditorAccount }: RecordedPayment): void {
  mustHold(/^(?:0|[1-9]\d{0,12})(?:\.\d{1,4})?$/.test(instructedAmount.amount), 'an amount of another shape');
  mustHold(Number(instructedAmount.amount) > 0, 'no amount');
  mustHold(/^[A-Z]{3}$/.test(instructedAmount.currency), 'no currency');
  mustHold(isShowable(creditorName), 'a name that cannot be shown');
  mustHold(Object.keys(creditorAccount).length === 1, 'two accounts');
}

const amount = fc.oneof(
  fc.constantFrom('50', '50.00', '0', '-1', '1e3', '050', '1,00', '٥', '9'.repeat(14), '0.001', ' 1'),
  anyText,
  fc.double(),
);

const payment = fc.record(
  {
    type: fc.constantFrom('payment_initiation', 'x'),
    instructedAmount: fc.record({ currency: fc.constantFrom('EUR', 'JPY', 'BHD', 'eur', 'XXX'), amount }),
    creditorName: fc.oneof(
      fc.constantFrom('John Doe', 'John\u202eDoe', 'a\u200db', '\u3164', 'a\ufe00', '', 'x'.repeat(71)),
      anyText,
    ),
    creditorAccount: fc.oneof(
      fc.constantFrom<object>(PAYMENT.creditorAccount, { iban: 'DE00' }, { other: '1' }, { iban: 'x', other: 'y' }),
      anyJson,
    ),
    remittanceInformationUnstructured: anyText,
  },
  { requiredKeys: ['type', 'instructedAmount', 'creditorName', 'creditorAccount'] },
);

const body = fc.oneof(
  { weight: 4, arbitrary: payment.map((one) => JSON.stringify(recordOf({ authorization_details: [one] }))) },
  payment.map((one) => JSON.stringify({ authorization_details: [one] })),
  fc.tuple(anyText, anyJson).map(([name, value]) => JSON.stringify(recordOf({ [name]: value }))),
  anyJson.map((value) => JSON.stringify(value)),
  anyBody,
);

const cases = fc.record(
  {
    method: fc.constantFrom(...METHODS),
    path: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PATHS, '/transactions') }, anyText),
    as: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(BANK.id, BANK.id, SHOP.id) }, anyText),
    key: fc.oneof(fc.constantFrom('order-1', 'order-2', ''), anyText),
    body,
  },
  { requiredKeys: ['method', 'path', 'as', 'body'] },
);

/** Returns the target of the routes of payments. */
export async function transactionRoutes(): Promise<Target> {
  const service = await buildTestService({ idle: true, env: { ...WITH_TRANSACTIONS, LOG_LEVEL: 'warn' } });
  const parse = (input: string) => {
    try {
      return request.safeParse(JSON.parse(input)).data;
    } catch {
      return undefined;
    }
  };
  return {
    name: 'transactions',
    share: 0.5,
    seeds: [],
    dictionary: [...PATHS, BANK.id, SHOP.id, 'instructedAmount', 'creditorName', 'iban', 'expires_in', 'EUR'],
    fresh: cases.map((parts) => JSON.stringify(parts)),
    run: async (input) => {
      const parsed = parse(input);
      if (parsed === undefined) return refused('no request');
      const { method, path, as, key, body: payload } = parsed;
      const url = PATHS.includes(path) ? path : `/transactions/${encodeURIComponent(Buffer.from(path).toString())}`;
      const sendable = key?.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '');
      const headers = {
        authorization: authorizationOf(as),
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        ...(sendable === undefined ? {} : { 'idempotency-key': sendable }),
      };
      const sent = method === 'POST' ? { payload: Buffer.from(payload) } : {};
      const { statusCode, body: answer } = await service.app.inject({ method, url, headers, ...sent });
      mustHold(statusCode < 500, `answered ${statusCode}`);
      const isClient = as === BANK.id || as === SHOP.id;
      const isPublic = url === '/.well-known/jwks.json';
      mustHold(statusCode >= 300 || isClient || isPublic, 'did what no client asked for');
      mustHold(statusCode >= 300 || as !== SHOP.id || method !== 'POST', 'sent a payer to a foreign address');
      if (statusCode === 201) holdPayment(recorded.parse(JSON.parse(answer)).authorization_details[0]);
      mustHold(!answer.includes(BANK.secret) && !answer.includes('"d":'), 'an answer holds a secret');
      const kind = `${method} ${PATHS.indexOf(url)}`;
      // A second run finds what the first has recorded, and a payer may have too many: that is no other outcome.
      const isDone = isClient && (statusCode < 300 || statusCode === 409);
      return isDone ? accepted('done', kind) : refused(`${kind} ${statusCode}`);
    },
    close: async () => {
      const leaks = findCanaries(service.logs.text());
      await service.close();
      mustHold(leaks.length === 0, `the log holds ${leaks.join()}`);
    },
  };
}
