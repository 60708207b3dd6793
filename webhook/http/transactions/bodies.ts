import { z } from 'zod';
import { authorizationDetails, LIFETIME_S } from '../../transactions/index.ts';
import { identityId, members } from '../api/bodies.ts';
import type { BodyMistake } from '../problems.ts';

const REFERENCE = '1 to 64 visible ASCII characters';

const EXPIRES_IN = `whole seconds from ${LIFETIME_S.least} to ${LIFETIME_S.most}`;

/** What `redirect_uri` must be; only the configuration knows whether it is. */
const REDIRECT_URI = 'one of the redirect_uris of the client, exactly';

/** The mistake of a body whose `redirect_uri` is not the client's. */
export const BAD_REDIRECT_URI: BodyMistake = { pointer: '#/redirect_uri', expected: REDIRECT_URI };

/** The body that records a payment. */
export const recordBody = members({
  sub: identityId,
  redirect_uri: z.string({ error: REDIRECT_URI }),
  reference: z
    .string({ error: REFERENCE })
    .regex(/^[\x21-\x7e]{1,64}$/, REFERENCE)
    .optional(),
  expires_in: z
    .int({ error: EXPIRES_IN })
    .min(LIFETIME_S.least, EXPIRES_IN)
    .max(LIFETIME_S.most, EXPIRES_IN)
    .default(LIFETIME_S.byDefault),
  authorization_details: authorizationDetails,
});

/** The body that consumes an approval: what is about to be paid. */
export const consumeBody = members({ authorization_details: authorizationDetails });

/** The header of an idempotency key. A header that is sent twice is joined with a blank, and wrong. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** What the header must be. */
export const IDEMPOTENCY_KEY = 'the header Idempotency-Key: 1 to 255 visible ASCII characters';

/** The query that finds a transaction by the hint that recorded it. */
export const hintQuery = z.strictObject({ hint_jti: z.string().regex(/^[^\p{Cc}\p{Cs}]{1,255}$/u) });

/** The path of a transaction. An id of another shape is none of any transaction. */
export const transactionPath = z.object({ id: z.uuid() });
