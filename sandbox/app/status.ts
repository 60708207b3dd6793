import { z } from 'zod';

const shown = z.object({
  jumio: z
    .object({ status: z.string(), attempt: z.string().optional(), source: z.string().optional() })
    .loose()
    .optional()
    .catch(undefined),
  assurance: z.object({ source: z.string(), acr: z.string().nullish() }).optional().catch(undefined),
});

/** `metadata_public.jumio`: all that an application reads of the service. */
export type Jumio = z.infer<typeof shown>['jumio'];

export function readJumio(metadataPublic: unknown): Jumio {
  return shown.safeParse(metadataPublic).data?.jumio;
}

/** What the mapper of an eID noted at the sign-up (`eid/`): a hint. */
export type Assurance = z.infer<typeof shown>['assurance'];

export function readAssurance(metadataPublic: unknown): Assurance {
  return shown.safeParse(metadataPublic).data?.assurance;
}

/** What a status means to this application. */
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
      sentence: 'Your verification is under way. You can look around meanwhile.',
      link: 'See how it stands',
    },
  ],
  [
    'approved',
    { badge: 'Verified', mood: 'good', sentence: 'We know that you are you. Everything is open.', link: undefined },
  ],
  [
    'review',
    {
      badge: 'Being looked at',
      mood: 'wait',
      sentence: 'Somebody here looks at your verification. You need not do anything.',
      link: 'See how it stands',
    },
  ],
  [
    'rejected',
    {
      badge: 'Not verified',
      mood: 'bad',
      sentence: 'Your identity could not be verified. The next sign-in will be refused.',
      link: 'See how it stands',
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

/** A word that this application does not know is nothing it may rely on. */
export function meaningOf(jumio: Jumio): Meaning {
  return (jumio && MEANINGS.get(jumio.status)) ?? NEVER;
}
