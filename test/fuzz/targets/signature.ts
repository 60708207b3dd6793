import fc from 'fast-check';
import { createSecretCheck, isSignatureOf } from '../../../webhook/http/authenticity.ts';
import { hmac } from '../../support/clients/calls.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';

const SECRETS = ['the-new-secret-of-today', 'the-old-secret-of-before'] as const;

function signatureOf(secret: string, body: string): string {
  return hmac(Buffer.from(body, 'latin1'), secret);
}

/** Every header that may be accepted for a body, in lower case. */
function genuine(body: string): string[] {
  return SECRETS.flatMap((secret) => ['', 'sha256='].map((prefix) => prefix + signatureOf(secret, body)));
}

const BODIES = ['{"workflowExecution":{"id":"1","status":"PROCESSED"}}', '', '\0\xff'];

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEF')), minLength: length });

/** A signature of the body, of another body or of nothing, with something around it. */
const fresh = fc
  .tuple(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'sha256=', 'SHA256=', 'sha256=sha256=', 'sha1=', ' '),
    fc.oneof(hex(64), fc.string(), fc.constantFrom('of this', 'of another', 'with another secret')),
    fc.constantFrom('', ' ', '00', ',', '\r'),
  )
  .map(([body, before, digest, after]) => {
    const signatures = new Map([
      ['of this', signatureOf(SECRETS[0], body)],
      ['of another', signatureOf(SECRETS[1], `${body} `)],
      ['with another secret', signatureOf('another-secret-altogether', body)],
    ]);
    return `${before}${signatures.get(digest) ?? digest}${after}\n${body}`;
  });

/** The signature header of a callback: the first line is the header, the rest the bytes that it signs, one character each. */
export const signature: Target = {
  name: 'signature',
  share: 10,
  seeds: BODIES.flatMap((body) => genuine(body).flatMap((header) => [header, header.toUpperCase()])).map(
    (header, index) => `${header}\n${BODIES[Math.floor(index / 8)]}`,
  ),
  dictionary: ['sha256=', 'SHA256=', ...genuine(''), '0'.repeat(64), '\n'],
  fresh,
  run: (input) => {
    const [header = ''] = input.split('\n', 1);
    const body = input.slice(header.length + 1);
    const isAccepted = isSignatureOf(Buffer.from(body, 'latin1'), header, SECRETS);
    const mayBe = genuine(body).includes(header.toLowerCase());
    mustHold(mayBe || !isAccepted, 'accepted a signature that no secret made');
    mustHold(isAccepted || !mayBe, 'refused a signature that a secret made');
    return isAccepted ? accepted(header) : refused();
  },
};

const isSecret = createSecretCheck(SECRETS);

/** A secret that a caller presents. */
export const secret: Target = {
  name: 'secret',
  share: 5,
  seeds: SECRETS,
  dictionary: [...SECRETS, 'Bearer '],
  fresh: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...SECRETS)),
  run: (input) => {
    const isAccepted = isSecret(input);
    mustHold(isAccepted === SECRETS.some((one) => one === input), 'accepted what is no secret, or refused a secret');
    return isAccepted ? accepted(input) : refused();
  },
};
