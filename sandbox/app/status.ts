import { z } from 'zod';
import type { Status } from '../../client/index.ts';

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
      link: 'See my verification',
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
      link: 'See my verification',
    },
  ],
  [
    'rejected',
    {
      badge: 'Not verified',
      mood: 'bad',
      sentence: 'Your identity could not be verified, and the next sign-in will be refused.',
      link: 'See my verification',
    },
  ],
  [
    'expired',
    {
      badge: 'Not finished',
      mood: 'wait',
      sentence: 'The time for your verification ran out before it was finished. You can start again.',
      link: 'Start my verification again',
    },
  ],
]);

/** Rejected, and the person can put it right: one message, and what to do. */
const CAN_TRY_AGAIN: Meaning = {
  badge: 'Not verified',
  mood: 'bad',
  sentence: 'Your identity could not be verified, but you can try again now. Until it is, signing in only leads there.',
  link: 'Verify my identity again',
};

/** What a status means here, with the next step if it is known. A status that this application does not know counts as not verified. */
export function meaningOf(jumio: Jumio, next: Status['next'] | undefined): Meaning {
  if (jumio?.status === 'rejected' && next === 'verify') return CAN_TRY_AGAIN;
  return (jumio && MEANINGS.get(jumio.status)) ?? NEVER;
}

const ATTEMPTS: ReadonlyMap<string, string> = new Map([
  ['pending', 'You can make another attempt. Until it is decided, nothing changes.'],
  ['processing', 'Another attempt is in progress. Until it is decided, nothing changes.'],
  ['expired', 'Another attempt was not finished. It changed nothing.'],
]);

const NEXT: Readonly<Record<Status['next'], string>> = {
  verify: 'You can go on with your verification now.',
  wait: 'There is nothing for you to do: the result comes by itself.',
  continue: '',
  later: 'You cannot start again yet.',
  contact: 'Only our support can tell you more.',
};

/** The one sentence beside the meaning of a status; empty where that says all. */
export function noteOn(jumio: Jumio, next: Status['next'] | undefined): string {
  if (meaningOf(jumio, next) === CAN_TRY_AGAIN) return '';
  return ATTEMPTS.get(jumio?.attempt ?? '') ?? (next === undefined ? '' : NEXT[next]);
}
