import { z } from 'zod';
import { type Answer, send } from '../../kratos/client/loopback.ts';

/** What the bank needs to know to have its payments approved. */
export interface BankOptions {
  /** The service as browsers reach it: the issuer of approvals. */
  readonly verifyUrl: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** One of the client's `redirect_uris`. */
  readonly returnUrl: string;
}

const recorded = z.object({ id: z.string(), url: z.string() });

const transaction = z.object({ id: z.string(), status: z.string() });

const consumed = z.object({ approval: z.string() });

const problem = z.object({
  code: z.string(),
  title: z.string(),
  status: z.number(),
  errors: z.array(z.object({ pointer: z.string(), expected: z.string() })).optional(),
});

/** An answer that is an error (docs/problems.md). */
export type Problem = z.infer<typeof problem>;

/** An answer, or the problem in its place: `code` is the one word to branch on. */
export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** The bank's client of the service: the four calls of docs/payments.md#the-steps. It rejects where no answer came. */
export interface PaymentService {
  /** @param key one for each try of an order: the same one gets the same record */
  record(key: string, payment: RecordedPayment): Promise<Asked<z.infer<typeof recorded>>>;
  read(id: string): Promise<Asked<z.infer<typeof transaction>>>;
  ofHint(jti: string): Promise<Asked<z.infer<typeof transaction>>>;
  /** @param details of what is about to be paid @param key one for each payment: the same one gets the same approval */
  consume(id: string, key: string, details: readonly [object]): Promise<Asked<z.infer<typeof consumed>>>;
}

/** What is recorded. */
export interface RecordedPayment {
  readonly payer: string;
  readonly reference: string;
  readonly details: readonly [object];
}

function asked<T>(shape: z.ZodType<T>, answer: Answer): Asked<T> {
  if (answer.status < 300) return { ok: true, value: shape.parse(answer.json()) };
  return { ok: false, problem: problem.parse(answer.json()) };
}

/** Returns the client. A real application uses its HTTP library, or the package's typed client. */
export function createPaymentService({ verifyUrl, client, returnUrl }: BankOptions): PaymentService {
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
  const get = (path: string) =>
    send({ method: 'GET', url: `${verifyUrl}${path}`, headers: { authorization, accept: 'application/json' } });
  const post = (path: string, key: string, body: object) => {
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': key };
    return send({ method: 'POST', url: `${verifyUrl}${path}`, headers, body: JSON.stringify(body) });
  };
  return {
    record: async (key, { payer, reference, details }) => {
      const body = { sub: payer, redirect_uri: returnUrl, reference, authorization_details: details };
      return asked(recorded, await post('/transactions', key, body));
    },
    read: async (id) => asked(transaction, await get(`/transactions/${encodeURIComponent(id)}`)),
    ofHint: async (jti) => asked(transaction, await get(`/transactions?hint_jti=${encodeURIComponent(jti)}`)),
    consume: async (id, key, details) => {
      const path = `/transactions/${encodeURIComponent(id)}/consume`;
      return asked(consumed, await post(path, key, { authorization_details: details }));
    },
  };
}
