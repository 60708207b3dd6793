import type { Snapshot } from '../ledger/types.ts';
import type { Done } from '../verification/operator.ts';
import { statusOf } from '../verification/standing.ts';
import { waitingOn } from '../verification/whose-move.ts';
import type { Cli } from './cli.ts';
import { iso, json } from './output.ts';

/** How an identity stands, in the words of every command. */
export function standingWords(snapshot: Snapshot): { readonly status: string; readonly waiting_on: string } {
  return { status: statusOf(snapshot), waiting_on: waitingOn(snapshot) };
}

export interface Said {
  readonly json?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Says what an act came to: a document for scripts, or one sentence for people. */
export async function tell(cli: Cli, options: Said, done: Done, sentence: string, more: object = {}): Promise<void> {
  const before = standingWords(done.before);
  const after = standingWords(done.snapshot);
  if (options.json) {
    const { id, jumioDue, kratosDue } = done.snapshot.identity;
    const due = { jumio: iso(jumioDue), kratos: iso(kratosDue) };
    await cli.print(json({ identity: id, dry_run: options.dryRun === true, before, after, due, ...more }));
    return;
  }
  const change = before.status === after.status ? `It is ${after.status}` : `${before.status} → ${after.status}`;
  const prefix = options.dryRun ? 'Would be done, and nothing was: ' : '';
  await cli.print(`${prefix}${sentence} ${change}, waiting on ${after.waiting_on}.\n`);
}
