import fc from 'fast-check';

/** Texts of any kind: ASCII, whole characters, and any 16 bits. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) }),
);

/** Any JSON, with halves of surrogate pairs and names of prototypes. */
export const anyJson = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }),
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'toString', 'a'), fc.jsonValue({ maxDepth: 1 })),
);

/** One of these values, and sometimes any other JSON in its place. */
export function mostly(...values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: anyJson });
}

/** Times as they are and as they are not. */
export const anyTime = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  mostly('2026-01-05T09:41:12.886Z', '2026-01-05T09:41:12+23:59', '0000-01-01T00:00:00Z', '2026-02-30T00:00:00Z'),
);

/** Ids of identities, few of them, so that some are met again. */
export const anyId = mostly(
  '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '00000000-0000-0000-0000-000000000000',
);

/** A header of languages. */
export const anyLanguages = fc.oneof(
  fc
    .array(
      fc.tuple(fc.constantFrom('de', 'de-AT', 'pt-BR', 'zh-Hant-TW', '*', 'x'), fc.constantFrom('', ';q=0.5', ';q')),
    )
    .map((list) => list.map((parts) => parts.join('')).join(', ')),
  anyText,
);

/** `metadata_public` of an identity. */
const metadata = fc.oneof(
  mostly(null, { jumio: null }, { jumio_verification_status: 'rejected' }),
  fc.record({ jumio: fc.record({ status: mostly('approved', 'rejected', 'review', 'verified', 'none') }) }),
);

const flow = fc.record(
  {
    kind: mostly('login', 'recovery'),
    id: anyId,
    type: mostly('browser', 'api'),
    method: mostly('password', 'oidc', null),
    refresh: mostly(true, false),
    return_to: mostly('https://app.example.com/account', 'https://app.example.com.evil.example/'),
  },
  { requiredKeys: [] },
);

/** A body of a hook of Kratos, or of an API: any of the keys that some of them have. */
export const anyBody: fc.Arbitrary<string> = fc
  .record(
    {
      kratos_identity_id: anyId,
      subject: anyId,
      metadata_public: metadata,
      jumio_verification_status: mostly('verified', 'rejected'),
      schema_id: mostly('default', 'staff'),
      created_at: anyTime,
      accept_language: fc.oneof(anyLanguages, anyJson),
      flow: fc.oneof(flow, anyJson),
      assurance: fc.record({ source: mostly('idemia'), acr: mostly('loa-2') }, { requiredKeys: [] }),
      consent: fc.record({ text_version: mostly('1'), declined: mostly(true) }, { requiredKeys: [] }),
      return_to: mostly('https://app.example.com/account'),
      language: mostly('de_AT', 'de'),
      want: mostly('link', 'sdk'),
    },
    { requiredKeys: ['kratos_identity_id'] },
  )
  .map((body) => JSON.stringify(body));
