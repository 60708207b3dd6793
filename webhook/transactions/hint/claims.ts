import { z } from 'zod';
import { authorizationDetails } from '../payment/details.ts';
import type { RecordRequest } from '../record.ts';
import { LIFETIME_S } from '../record.ts';

/** What a hint asks to be approved, as far as its claims say it; or the claim that is wrong. */
export type HintedRequest =
  | { readonly kind: 'request'; readonly request: Omit<RecordRequest, 'clientId'> }
  | { readonly kind: 'refused'; readonly flaw: `field:${string}` };

const frame = z.object({
  // As an application writes it in `POST /transactions`.
  sub: z.uuid().transform((id) => id.toLowerCase()),
  jti: z.string().regex(/^[^\p{Cc}\p{Cs}]{1,255}$/u),
  redirect_uri: z.string(),
  reference: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/)
    .nullable()
    .default(null),
});

const FLAT = ['amount', 'currency', 'payee', 'accountnumber'] as const;

type Claims = Readonly<Record<string, unknown>>;

/** Whether an account looks like an IBAN, in whichever letters: one that is wrong must not pass as another number. */
function looksLikeIban(account: string): boolean {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/i.test(account.replaceAll(' ', ''));
}

function accountOf(account: unknown): unknown {
  if (typeof account !== 'string') return undefined;
  return looksLikeIban(account) ? { iban: account } : { other: account };
}

/** The flat claims as a payment. `remittance…` has no flat claim. */
function flatDetails({ amount, currency, payee, accountnumber }: Claims): unknown {
  const instructedAmount = { amount, currency };
  return [
    {
      type: 'payment_initiation',
      instructedAmount,
      creditorName: payee,
      creditorAccount: accountOf(accountnumber),
    },
  ];
}

/** The flat claim of a member of the payment. */
const FLAT_NAMES: Readonly<Record<string, string>> = {
  creditorName: 'payee',
  creditorAccount: 'accountnumber',
  currency: 'currency',
  amount: 'amount',
};

/** The first claim that is wrong, by a name of ours: never a byte of the hint. */
function wrongField(error: z.ZodError, isFlat: boolean): string {
  const path = error.issues[0]?.path.filter((part) => typeof part === 'string') ?? [];
  if (!isFlat) return path.at(-1) ?? 'authorization_details';
  const flat = path.toReversed().find((name) => Object.hasOwn(FLAT_NAMES, name));
  return FLAT_NAMES[flat ?? ''] ?? 'amount';
}

function refused(field: string): HintedRequest {
  return { kind: 'refused', flaw: `field:${field}` };
}

/**
 * Returns what the verified claims of a hint ask to be approved: `authorization_details`, or the flat claims `amount`, `currency`,
 * `payee` and `accountnumber`. Both would leave open which of them counts. Pure.
 */
export function hintedRequest(claims: Claims, redirectUris: readonly string[]): HintedRequest {
  const framed = frame.safeParse(claims);
  if (!framed.success) return refused(String(framed.error.issues[0]?.path[0] ?? 'sub'));
  const { sub, jti, redirect_uri: redirectUri, reference } = framed.data;
  if (!redirectUris.includes(redirectUri)) return refused('redirect_uri');
  const isFlat = FLAT.some((name) => Object.hasOwn(claims, name));
  if (isFlat && Object.hasOwn(claims, 'authorization_details')) return refused('authorization_details');
  const details = authorizationDetails.safeParse(isFlat ? flatDetails(claims) : claims.authorization_details);
  if (!details.success) return refused(wrongField(details.error, isFlat));
  const [payment] = details.data;
  const once = { hintJti: jti };
  return { kind: 'request', request: { sub, redirectUri, reference, lifetimeS: LIFETIME_S.byDefault, payment, once } };
}
