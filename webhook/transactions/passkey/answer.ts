import { z } from 'zod';
import type { Assertion } from '../../passkey/verify.ts';

/** base64url. The signatures of keys that are to come take some 6,000 characters; the whole form may have 16 KiB. */
const signed = z.string().regex(/^[\w-]{1,8192}$/);

const assertionWire = z
  .object({
    credentialId: signed,
    authenticatorData: signed,
    clientDataJSON: signed,
    signature: signed,
    userHandle: signed.nullish(),
  })
  .transform(({ userHandle, ...rest }) => (userHandle == null ? rest : { ...rest, userHandle }));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the assertion in the field `assertion` of the page's form; undefined: there is none, so nothing can be judged. */
export function readAssertion(field: unknown): Assertion | undefined {
  return typeof field === 'string' ? assertionWire.safeParse(parsed(field)).data : undefined;
}
