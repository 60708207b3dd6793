import type { Dependencies } from '../dependencies.ts';
import type { CaseAct } from '../model.ts';
import { isReasonFor, operatorNamed, reasonsFor } from '../operators/index.ts';
import type { Decided } from '../verification/operator/index.ts';
import { unknownIdentity } from './arguments.ts';
import { usageError } from './terminal.ts';

/** Describes `--note`, for `--help`. */
export const withNote = 'your own words, without personal data; kept for good';

interface CaseFlags {
  readonly by: string;
  readonly reason?: string;
  readonly note?: string;
}

/** Who answers for an act at a command, and why they do it. */
export interface Responsible {
  readonly by: string;
  readonly reason: string | null;
  readonly note: string | null;
  readonly secondPerson: readonly CaseAct[];
  /** Whether the command only drafts, because two must decide. */
  readonly isProposal: boolean;
}

/**
 * Returns who answers for an act, and why. With a list of operators the reason is a key of it, and where two must decide the
 * name is of somebody in it. It stays a claim: what is proposed here is nobody's proposal until somebody makes it theirs at the console.
 * @throws Exit where a reason or a name is not of the list, and where two must decide and there is no list here
 */
export async function responsible(
  { config, ctx: { ledger } }: Pick<Dependencies, 'config' | 'ctx'>,
  act: CaseAct,
  flags: CaseFlags,
): Promise<Responsible> {
  const { OPERATORS: settings } = config;
  const { reason = null, note = null } = flags;
  if (settings === undefined && (await ledger.secondPerson.kept()).includes(act))
    throw usageError(
      'Two people must decide this: the service has a list of operators, and OPERATORS is not set here.',
    );
  if (settings === undefined) return { by: flags.by, reason, note, secondPerson: [], isProposal: false };
  const { second_person: secondPerson } = settings;
  const isProposal = secondPerson.includes(act);
  const keys = reasonsFor(settings, act)
    .map(({ key }) => key)
    .join(', ');
  const isMissing = reason === null && isProposal;
  if (isMissing || (reason !== null && !isReasonFor(settings, act, reason)))
    throw usageError(`--reason: expected a key of the list in OPERATORS (${keys}); words of yours go into --note.`);
  const listed = operatorNamed(settings, flags.by);
  if (listed === undefined && isProposal)
    throw usageError('--by: two people must decide this, so expected the id or the name of one in OPERATORS.');
  if (listed !== undefined && listed.role === 'viewer')
    throw usageError('--by: this person of OPERATORS may look, and decide nothing.');
  return { by: listed?.id ?? flags.by, reason, note, secondPerson, isProposal };
}

/**
 * Returns what was decided or proposed.
 * @param erased what cannot be done with an identity that was erased @throws Exit for a refusal
 */
export function decidedOrExit(
  decided: Decided,
  identityId: string,
  erased: string,
): Exclude<Decided, { kind: 'refused' }> {
  if (decided.kind !== 'refused') return decided;
  switch (decided.why) {
    case 'unknown':
      throw unknownIdentity(identityId);
    case 'erased':
      throw usageError(`${identityId} was erased: ${erased}.`);
    case 'proposed-already':
      throw usageError(
        `Somebody has proposed a decision about ${identityId}: it is confirmed or turned down at the console.`,
      );
    case 'own-case':
      throw usageError('--by: nobody decides about themself.');
    case 'changed':
    case 'draft':
    case 'own-proposal':
    case 'no-proposal':
    case 'not-yours':
    case 'no-reason':
      throw usageError(`Nothing was decided about ${identityId}: ${decided.why}.`);
    default:
      return decided.why satisfies never;
  }
}
