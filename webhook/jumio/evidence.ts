import { z } from 'zod';
import { PLAIN_TEXT } from '../accepted-text.ts';
import { UpstreamError } from '../errors.ts';
import type { Call, UpstreamAnswer } from '../upstream/http.ts';

/*
 * What Jumio keeps of a person's document, for an operator who looks at it (docs/console.md#evidence). It is personal data: it
 * goes through to the page of one request, and nothing of it is stored, logged or put into an error.
 */

/** A picture of a credential at Jumio. */
export interface EvidencePart {
  readonly credentialId: string;
  /** E.g. `FRONT`. */
  readonly classifier: string;
}

/** What Jumio read from a document, and which pictures it has. */
export interface JumioEvidence {
  readonly customerInternalReference: string | undefined;
  readonly texts: readonly { readonly name: string; readonly value: string }[];
  readonly parts: readonly EvidencePart[];
}

/** A picture, by its content and not by a header. */
export interface EvidenceImage {
  readonly type: 'image/jpeg' | 'image/png';
  readonly bytes: Buffer;
}

/** The pictures that a person can judge; a face map is none. */
const SHOWN = /^(FRONT|BACK|FACE)$/;

const id = z.string().regex(/^[\w-]{1,100}$/);

const part = z.object({ classifier: z.string(), href: z.string().optional().catch(undefined) });

const credential = z.object({ id, parts: z.array(part).catch([]) });

/** A list without the entries that are not as documented. */
const credentials = z
  .array(z.unknown())
  .catch([])
  .transform((all) => all.flatMap((one) => credential.safeParse(one).data ?? []));

const leaf = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const extraction = z.array(z.object({ data: z.record(z.string(), z.unknown()).catch({}) })).catch([]);

/** The members of a details answer that are evidence (docs/reference/jumio.md#73-details-response). */
export const evidenceWire = z.object({
  workflow: z.object({ customerInternalReference: z.string().optional().catch(undefined) }),
  credentials,
  capabilities: z.object({ extraction }).catch({ extraction: [] }),
});

const MOST_TEXTS = 60;

const LONGEST_TEXT = 200;

/** Returns the evidence of a details answer. */
export function toEvidence(wire: z.infer<typeof evidenceWire>): JumioEvidence {
  const texts = wire.capabilities.extraction
    .flatMap(({ data }) => Object.entries(data))
    .flatMap(([name, value]) => {
      const text = leaf.safeParse(value).data;
      return text === undefined || !PLAIN_TEXT.test(text) ? [] : [{ name, value: text.slice(0, LONGEST_TEXT) }];
    });
  const parts = wire.credentials.flatMap(({ id: credentialId, parts: all }) =>
    all
      .filter(({ classifier, href }) => href !== undefined && SHOWN.test(classifier))
      .map(({ classifier }) => ({ credentialId, classifier })),
  );
  return {
    customerInternalReference: wire.workflow.customerInternalReference,
    texts: texts.slice(0, MOST_TEXTS),
    parts,
  };
}

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Returns the picture of an answer whose body is one byte for each character. @throws UpstreamError for any other content */
export function toImage(call: Call, { body }: UpstreamAnswer): EvidenceImage {
  const bytes = Buffer.from(body, 'latin1');
  if (bytes.subarray(0, JPEG.length).equals(JPEG)) return { type: 'image/jpeg', bytes };
  if (bytes.subarray(0, PNG.length).equals(PNG)) return { type: 'image/png', bytes };
  throw new UpstreamError({ ...call, failure: 'unusable', detail: 'neither a JPEG nor a PNG' });
}
