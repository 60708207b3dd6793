import { z } from 'zod';
import { NOT_EMPTY } from '../accepted-text.ts';

const issuer = z
  .url({ protocol: /^https?$/ })
  .refine((value) => !/[?#]/.test(value), { error: 'an issuer: no query, no fragment' });

const text = z.string().regex(NOT_EMPTY, 'a text');

/** One eID provider (OpenID Connect), as the operator configures it. Its key is the provider's `id` in Kratos. */
const provider = z.strictObject({
  /** `issuer` of its discovery document, exactly. */
  issuer,
  /** The audience of its ID tokens: the same client id as in Kratos' configuration. */
  client_id: text,
  /** The accepted values of `acr`, from the lowest to the highest. An unknown or missing one is below them all. */
  levels: z.array(text).default([]),
});

/** The value of EID_PROVIDERS, by the provider's id in Kratos. */
export const eidProviders = z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i), provider);

/** A parsed `eidProviders`. */
export type EidProviders = z.infer<typeof eidProviders>;
