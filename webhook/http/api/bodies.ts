import { z } from 'zod';
import { LANGUAGE_TAG, NIL_UUID, upTo } from '../../accepted-text.ts';
import type { BodyMistake } from '../problems.ts';

/*
 * The bodies of our own APIs. Unlike those of Kratos and Jumio (`http/schemas.ts`) they are ours to define, so a member that
 * is not theirs is a mistake: a misspelt `declined` must not become a consent. The message of each schema is the `expected`
 * of an answer; a name that the caller made up is never echoed.
 */

/** An object with these members and no other. */
export function members<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `no member but ${names}` : 'a JSON object'),
  });
}

const ID = 'the UUID of an identity';

/** `z.guid`, not `z.uuid`: Kratos takes any 128 bits. Lower case, as Kratos writes it. */
export const identityId = z
  .guid({ error: ID })
  .refine((id) => id !== NIL_UUID, { error: ID })
  .transform((id) => id.toLowerCase());

/** What `return_to` must be; only the configuration knows whether it is. */
const RETURN_TO = 'an address that ALLOWED_RETURN_URLS allows';

const returnTo = z.string({ error: RETURN_TO }).optional();

/** The mistake of a body whose `return_to` is not allowed. */
export const BAD_RETURN_TO: BodyMistake = { pointer: '#/return_to', expected: RETURN_TO };

/** The identity that an API asks about, and its metadata as the API sees it; `subject` is Ory Oathkeeper's name for the id. */
export const decisionBody = members({
  kratos_identity_id: identityId.optional(),
  subject: identityId.optional(),
  metadata_public: z.unknown().optional(),
})
  .meta({ anyOf: [{ required: ['kratos_identity_id'] }, { required: ['subject'] }] })
  .transform(({ kratos_identity_id: id, subject, ...shown }, context) => {
    const named = id ?? subject;
    if (named !== undefined) return { ...shown, identityId: named };
    context.addIssue({ code: 'custom', message: `${ID}, here or as subject`, path: ['kratos_identity_id'] });
    return z.NEVER;
  });

/** The body from an application's back end for a person whose session it has checked. */
export const handoverBody = members({ kratos_identity_id: identityId, return_to: returnTo });

const LANGUAGE = 'a language tag such as de or pt-BR';

/** `de_AT` is accepted too, as platforms write it. */
const languageTag = z
  .string({ error: LANGUAGE })
  .regex(upTo(100), LANGUAGE)
  .transform((tag) => tag.replaceAll('_', '-'))
  .pipe(z.string().regex(LANGUAGE_TAG, LANGUAGE));

const VERSION = 'the text_version of the consent';

/** A member of the text that `GET /jumio/verify` gave: it may come back with the version, and says nothing here. */
const ofTheText = z.unknown().optional();

/** The body from a program that continues for its person (docs/applications.md). */
export const continueBody = members({
  /** `declined`: the person has read the text and declines. */
  consent: members({
    text_version: z.string({ error: VERSION }).regex(upTo(100), VERSION),
    declined: z.boolean({ error: 'true or false' }).optional(),
    given: ofTheText,
    language: ofTheText,
    title: ofTheText,
    paragraphs: ofTheText,
    privacy_url: ofTheText,
  }).optional(),
  return_to: returnTo,
  language: languageTag.optional(),
  want: z.enum(['link', 'sdk'], { error: 'link or sdk' }).default('link'),
});

function pointerTo(path: readonly PropertyKey[]): string {
  return ['#', ...path.map(String)].join('/');
}

/** Returns the mistakes that a schema of this file finds in a body, one for each place. */
export function mistakesIn({ issues }: z.ZodError): readonly BodyMistake[] {
  const found = issues.map(({ path, message }) => ({ pointer: pointerTo(path), expected: message }));
  return found.filter(({ pointer }, index) => found.findIndex((one) => one.pointer === pointer) === index);
}
