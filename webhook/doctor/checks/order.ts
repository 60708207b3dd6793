import type { Check } from '../facts.ts';
import type { Finding, Operation } from '../finding.ts';
import { allEntries, dotted, type HookEntry, isOurs } from '../hooks.ts';
import { at, type Tree } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

function move(kratos: Tree, entry: HookEntry, to: number | '-'): Operation[] {
  return [
    { op: 'remove', path: entry.pointer },
    { op: 'add', path: `${entry.list}/${to}`, value: at(kratos, entry.pointer) },
  ];
}

/** Kratos runs `session` last wherever it stands (kratos.md §5); who reads the list is misled all the same. */
function sessionFirst(kratos: Tree, entry: HookEntry): Finding {
  return {
    id: 'session-before-hook',
    severity: 'info',
    seen: `${dotted(entry.pointer)} is \`session\`, before the sign-up hook`,
    why: 'Today’s Kratos runs it last all the same; older ones let it end the flow, and what came later never ran.',
    fix: { says: 'put `session` at the end of the list', kratos: move(kratos, entry, '-') },
  };
}

function addressAfterGate(kratos: Tree, entry: HookEntry): Finding {
  return {
    id: 'verified-address-after-gate',
    severity: 'info',
    seen: `${dotted(entry.pointer)} is \`require_verified_address\`, after the gate`,
    why: 'Nobody gets past either of them, but who has not confirmed an address is told the gate’s reason first.',
    fix: { says: 'put it before the gate', kratos: move(kratos, entry, 0) },
  };
}

function ofEntry(kratos: Tree, entry: HookEntry, all: readonly HookEntry[]): Finding[] {
  const ours = all.filter((other) => other.list === entry.list && isOurs(other));
  if (entry.name === 'session' && ours.some((hook) => hook.index > entry.index)) return [sessionFirst(kratos, entry)];
  const isLate = entry.name === 'require_verified_address' && ours.some((hook) => hook.index < entry.index);
  return isLate ? [addressAfterGate(kratos, entry)] : [];
}

/** The position of our hooks among others. */
export const order: Check = {
  group: 'hooks',
  says: '`session` comes last, `require_verified_address` before the gate',
  look({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const all = allEntries(kratos);
    return all.flatMap((entry) => ofEntry(kratos, entry, all));
  },
};
