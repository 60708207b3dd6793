import type { Factors } from '../../../transactions/index.ts';
import { facePart } from './face.ts';
import type { FactorParts } from './part.ts';
import { passkeyPart } from './passkey.ts';
import { smsPart } from './sms.ts';

/** Returns the parts of the page of the factors that this service has. */
export function factorParts({ sms, passkey, face }: Factors): FactorParts {
  return {
    ...(sms && { sms: smsPart(sms) }),
    ...(passkey && { passkey: passkeyPart(passkey) }),
    ...(face && { face: facePart(face) }),
  };
}
