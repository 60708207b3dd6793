import { type Check, type Facts, NO_KRATOS_CONFIG } from '../facts.ts';
import type { Finding, Operation } from '../finding.ts';
import {
  type Duty,
  dotted,
  effective,
  enabledMethods,
  entriesOf,
  type Flow,
  type HookEntry,
  listOf,
  methodsWithLists,
  ourHooks,
} from '../kratos-config/hooks.ts';
import { at, flagAt, type Tree } from '../kratos-config/read.ts';
import { hookFor } from '../kratos-config/shipped.ts';

const WHAT: Readonly<Record<Duty, string>> = { initiate: 'the sign-up hook', gate: 'the gate' };

const WHY: Readonly<Record<Duty, string>> = {
  initiate:
    'A method’s list replaces the global list, it is never added to it: who signs up there gets no verification ' +
    'before the first sign-in.',
  gate: 'A method’s list replaces the global list, it is never added to it: who signs in there is let in unasked.',
};

function has(entries: readonly HookEntry[], duty: Duty): boolean {
  return entries.some((entry) => entry.duty === duty);
}

/** Puts the hook first into a list, which is made where it is not there. */
function put(kratos: Tree, flow: HookEntry['flow'], list: string): Operation {
  const value = hookFor(flow, ourHooks(kratos));
  const exists = Array.isArray(at(kratos, list));
  return exists ? { op: 'add', path: `${list}/0`, value } : { op: 'add', path: list, value: [value] };
}

interface Gap {
  readonly list: string;
  readonly methods: readonly string[];
}

/** Lists that run for an enabled method and lack the hook, each with the methods that it lets through. */
function gapsOf(kratos: Tree, flow: Flow, duty: Duty): Gap[] {
  const gaps = new Map<string, string[]>();
  for (const method of enabledMethods(kratos, flow)) {
    const entries = effective(kratos, flow, method);
    if (has(entries, duty)) continue;
    const list = entries[0]?.list ?? listOf(flow, null);
    gaps.set(list, [...(gaps.get(list) ?? []), method]);
  }
  return [...gaps].map(([list, methods]) => ({ list, methods }));
}

function gap(kratos: Tree, flow: Flow, duty: Duty, { list, methods }: Gap): Finding {
  return {
    id: `${duty}-missing`,
    severity: 'error',
    seen: `${dotted(list)}, which runs for ${methods.join(', ')}, lacks ${WHAT[duty]}`,
    why: WHY[duty],
    fix: { says: `put ${WHAT[duty]} first into this list`, kratos: [put(kratos, flow, list)] },
  };
}

/** Lists that nobody runs yet: a method that is switched on later would be let through. */
function idleGaps(kratos: Tree, flow: Flow, duty: Duty, known: readonly Gap[]): Finding[] {
  const lists = [null, ...methodsWithLists(flow)]
    .filter((method) => method === null || entriesOf(kratos, flow, method).length > 0)
    .filter((method) => !has(entriesOf(kratos, flow, method), duty))
    .map((method) => listOf(flow, method));
  return lists
    .filter((list) => !known.some((each) => each.list === list))
    .map((list) => ({
      id: `${duty}-missing-later`,
      severity: 'warning',
      seen: `${dotted(list)} lacks ${WHAT[duty]}; no enabled method runs it now`,
      why: `A method that is switched on later, or has no list of its own (SAML), would run this list. ${WHY[duty]}`,
      fix: { says: `put ${WHAT[duty]} first into this list`, kratos: [put(kratos, flow, list)] },
    }));
}

function covers(flow: Flow, duty: Duty, says: string): Check {
  return {
    group: 'hooks',
    says,
    look({ kratos }: Facts) {
      if (kratos === undefined) return NO_KRATOS_CONFIG;
      const gaps = gapsOf(kratos, flow, duty);
      return [...gaps.map((each) => gap(kratos, flow, duty, each)), ...idleGaps(kratos, flow, duty, gaps)];
    },
  };
}

export const signUpCovered = covers('registration', 'initiate', 'the sign-up hook runs for every enabled method');

export const signInCovered = covers('login', 'gate', 'the gate is asked at every sign-in, second factors too');

/** Recovery signs a person in with `recovery.after` only: without it, login's gate is walked around (docs/reference/kratos.md#5-hook-ordering-and-inheritance). */
export const recoveryCovered: Check = {
  group: 'hooks',
  says: 'the gate is asked at recovery',
  look({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    if (has(entriesOf(kratos, 'recovery', null), 'gate')) return [];
    const enabled = flagAt(kratos, '/selfservice/flows/recovery/enabled');
    const list = listOf('recovery', null);
    return [
      {
        id: enabled ? 'recovery-without-gate' : 'recovery-without-gate-later',
        severity: enabled ? 'error' : 'warning',
        seen: `${dotted(list)} lacks the gate${enabled ? '' : '; recovery is switched off now'}`,
        why: 'Recovery, also by a code of the admin API, signs a person in without running login.after at all.',
        fix: { says: 'put the gate into this list', kratos: [put(kratos, 'recovery', list)] },
      },
    ];
  },
};
