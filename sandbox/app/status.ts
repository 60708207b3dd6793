import { z } from 'zod';

const shown = z.object({
  jumio: z
    .object({ status: z.string(), attempt: z.string().optional(), source: z.string().optional() })
    .loose()
    .optional()
    .catch(undefined),
  assurance: z.object({ source: z.string(), acr: z.string().nullish() }).optional().catch(undefined),
});

/** `metadata_public.jumio`: all that an application needs to read. */
export type Jumio = z.infer<typeof shown>['jumio'];

export function readJumio(metadataPublic: unknown): Jumio {
  return shown.safeParse(metadataPublic).data?.jumio;
}

/** What the mapper of an eID provider noted at the sign-up (`eid/`): a hint, not evidence. */
export type Assurance = z.infer<typeof shown>['assurance'];

export function readAssurance(metadataPublic: unknown): Assurance {
  return shown.safeParse(metadataPublic).data?.assurance;
}

/** What the application shows for a status. */
export interface Meaning {
  readonly badge: string;
  readonly mood: 'good' | 'wait' | 'bad';
  readonly sentence: string;
  /** The text of the link to the service; undefined where there is nothing more to do. */
  readonly link: string | undefined;
}

const NEVER: Meaning = {
  badge: 'Not verified yet',
  mood: 'wait',
  sentence: 'Before you can send money, the law asks us to know who you are. It takes a few minutes.',
  link: 'Verify my identity',
};

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['none', NEVER],
  ['pending', NEVER],
  [
    'processing',
    {
      badge: 'Being checked',
      mood: 'wait',
      sentence: 'Your verification is in progress. You can look around meanwhile.',
      link: 'See the status',
    },
  ],
  [
    'approved',
    {
      badge: 'Verified',
      mood: 'good',
      sentence: 'Your identity is verified. You can use everything.',
      link: undefined,
    },
  ],
  [
    'review',
    {
      badge: 'In review',
      mood: 'wait',
      sentence: 'One of our staff is reviewing your verification. You need not do anything.',
      link: 'See the status',
    },
  ],
  [
    'rejected',
    {
      badge: 'Not verified',
      mood: 'bad',
      sentence: 'Your identity could not be verified. The next sign-in will be refused, unless you can try again.',
      link: 'See the status',
    },
  ],
  [
    'expired',
    {
      badge: 'Not finished',
      mood: 'wait',
      sentence: 'The time for your verification ran out before it was finished. You can start again.',
      link: 'Start again',
    },
  ],
]);

/** What a status means here. A status that this application does not know counts as not verified. */
export function meaningOf(jumio: Jumio): Meaning {
  return (jumio && MEANINGS.get(jumio.status)) ?? NEVER;
}
