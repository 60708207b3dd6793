import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSignInBody } from '../../../webhook/http/hooks/sign-in-body.ts';
import { gateRequestOf, type SignInBody, validateBody } from '../../../webhook/http/schemas.ts';

const id = fc.oneof(
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
  fc.string(),
  fc.jsonValue(),
);

const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.123456789+02:00',
    '2026-01-02T03:04:05',
    '2026-02-30T00:00:00Z',
    '2026-01-02 03:04:05Z',
    '2026-01-02T03:04Z',
    '',
  ),
  fc.jsonValue(),
);

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('', 'x'.repeat(200), 'x'.repeat(201), 'x'.repeat(255), 'x'.repeat(256), '\u0000', '\n', '\ud800'),
  fc.jsonValue(),
);

const flow = fc.oneof(
  fc.record(
    {
      kind: fc.oneof(fc.constantFrom('login', 'recovery', 'settings'), fc.jsonValue()),
      id: text,
      method: text,
      refresh: fc.oneof(fc.boolean(), fc.jsonValue()),
      more: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);

const body = fc.oneof(
  { weight: 9, arbitrary: fc.record({ kratos_identity_id: fc.uuid(), created_at: time, schema_id: text, flow }) },
  fc.record({ kratos_identity_id: id, created_at: time, schema_id: text, flow }, { requiredKeys: [] }),
  fc.jsonValue(),
);

/** What the gate gets of a body. */
function request(found: SignInBody | undefined): unknown {
  return found === undefined ? undefined : { ...gateRequestOf(found), identityId: found.kratos_identity_id };
}

describe('the body of a sign-in', () => {
  it('the one pass reads every body as the schema does', () => {
    fc.assert(
      fc.property(body, (sent) => {
        const received: unknown = JSON.parse(JSON.stringify(sent));
        expect(request(readSignInBody(received))).toEqual(request(validateBody.safeParse(received).data));
      }),
      { numRuns: 5_000 },
    );
  });
});
