import { z } from 'zod';
import { members } from '../members.ts';
import { normalIban, OTHER_ACCOUNT } from './account.ts';
import { AMOUNT, normalAmount } from './amount.ts';
import { canonicalJson, sha256 } from './canonical-json.ts';
import { CURRENCIES } from './currencies.ts';
import { normalShownText } from './shown-text.ts';

/*
 * What is paid, by the names of RFC 9396 §2. Strict, because what is not shown is not signed: a member that is unknown is a
 * mistake. The message of each schema is the `expected` of an answer.
 */

const AMOUNT_EXPECTED = 'a text of digits with a point and the decimals of the currency, greater than 0, e.g. "50.00"';

const CURRENCY_EXPECTED = 'the code of an active currency of ISO 4217, e.g. EUR';

const NAME_CHARACTERS = 'without control, bidirectional or invisible characters';

const MOST_NAME = 70;

const MOST_REMITTANCE = 140;

/** A text that is normalised; one that cannot be is a mistake. */
function normalised(expected: string, normal: (text: string) => string | undefined) {
  return z.string({ error: expected }).transform((text, context) => {
    const result = normal(text);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

function shownText(most: number) {
  return normalised(`1 to ${most} characters, ${NAME_CHARACTERS}`, (text) => normalShownText(text, most));
}

const money = members({
  currency: z.string({ error: CURRENCY_EXPECTED }).refine((code) => CURRENCIES.has(code), { error: CURRENCY_EXPECTED }),
  amount: z.string({ error: AMOUNT_EXPECTED }).regex(AMOUNT, AMOUNT_EXPECTED),
}).transform(({ currency, amount }, context) => {
  const normal = normalAmount(amount, currency);
  if (normal !== undefined) return { currency, amount: normal };
  context.addIssue({ code: 'custom', message: AMOUNT_EXPECTED, path: ['amount'] });
  return z.NEVER;
});

const IBAN_EXPECTED = 'an IBAN with right check digits, in capitals';

const OTHER_EXPECTED = '1 to 34 letters, digits, blanks and . / -, without blanks around them';

const account = z.union(
  [
    members({ iban: normalised(IBAN_EXPECTED, normalIban) }),
    members({
      other: z
        .string({ error: OTHER_EXPECTED })
        .regex(OTHER_ACCOUNT, OTHER_EXPECTED)
        .refine((text) => text.trim() === text, { error: OTHER_EXPECTED }),
    }),
  ],
  { error: `{"iban": …} (${IBAN_EXPECTED}) or {"other": …} (${OTHER_EXPECTED})` },
);

const payment = members({
  type: z.literal('payment_initiation', { error: 'payment_initiation' }),
  instructedAmount: money,
  creditorName: shownText(MOST_NAME),
  creditorAccount: account,
  remittanceInformationUnstructured: shownText(MOST_REMITTANCE).optional(),
});

/** `authorization_details` of exactly one payment, normalised. */
export const authorizationDetails = z.tuple([payment], { error: 'a list of exactly one payment' });

/** A payment in its one spelling. */
export type Payment = z.infer<typeof payment>;

/** A payment as it is recorded: its canonical JSON, and the hash by which two are compared. */
export interface RecordedDetails {
  readonly text: string;
  readonly hash: string;
}

/** Returns how a payment is recorded. */
export function recordedDetails(payment: Payment): RecordedDetails {
  const { remittanceInformationUnstructured: remittance, ...rest } = payment;
  const text = canonicalJson(
    remittance === undefined ? rest : { ...rest, remittanceInformationUnstructured: remittance },
  );
  return { text, hash: sha256(text) };
}

/** Returns the payment of a recorded text. @throws ZodError if it is none, so the ledger was edited by hand */
export function paymentOf(text: string): Payment {
  return payment.parse(JSON.parse(text));
}
