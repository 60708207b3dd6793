import type { LedgerEvent } from '../ledger/types.ts';
import type { Desk } from './desk.ts';

const HOUR_MS = 3_600_000;

const WARNINGS: Readonly<Record<string, string>> = {
  unknown_status: 'Jumio says a word that its documentation does not have; it decides nothing',
  foreign_result: 'Jumio gave a result that is not the one of our execution; it decides nothing',
  no_link: 'Jumio made an execution without a link: set a domain prefix in the Jumio portal',
};

/** What was warned of in this hour. */
const said = new WeakMap<Desk, { hour: number; keys: Set<string> }>();

/** One warning per kind, value and hour (design §3): the events have every case. */
export function warnOf(desk: Desk, identity: string, events: readonly LedgerEvent[] = []): void {
  const hour = Math.floor(desk.clock.now() / HOUR_MS);
  const known = said.get(desk);
  const keys = known?.hour === hour ? known.keys : new Set<string>();
  said.set(desk, { hour, keys });
  for (const { kind, detail } of events) {
    const key = `${kind}:${detail?.seen ?? ''}`;
    const words = WARNINGS[kind];
    if (words === undefined || keys.has(key)) continue;
    keys.add(key);
    desk.log.warn({ identity, seen: detail?.seen }, words);
  }
}
