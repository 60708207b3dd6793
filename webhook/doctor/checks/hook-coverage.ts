import { type Check, NO_KRATOS_CONFIG } from '../facts.ts';
import type { Finding, Fix } from '../finding.ts';
import { prepend } from '../kratos-config/edits.ts';
import {
  type Duty,
  dotted,
  effectiveEntries,
  enabledMethods,
  entriesOf,
  type HookEntry,
  type HookFlow,
  isMisspelt,
  listOf,
  type MethodFlow,
  methodsWithLists,
  ourHooks,
} from '../kratos-config/hooks.ts';
import { flagAt, type Tree } from '../kratos-config/read.ts';
import { hookFor } from '../kratos-config/shipped.ts';

const HOOK: Readonly<Record<Duty, string>> = { initiate: 'the sign-up hook', gate: 'the gate' };

const WITHOUT_HOOK: Readonly<Record<Duty, string>> = {
  initiate:
    'A method’s list replaces the global list, it is never added to it: a sign-up by such a method gets no ' +
    'verification before the first sign-in.',
  gate: 'A method’s list replaces the global list, it is never added to it: a sign-in by such a method passes without the gate.',
};

function hasDuty(entries: readonly HookEntry[], duty: Duty): boolean {
  return entries.some((entry) => entry.duty === duty);
}

const PATHS: Readonly<Record<Duty, string>> = { initiate: '/jumio/initiate', gate: '/jumio/validate' };

/** The hook that was meant, in a list that lacks it. */
function misspeltIn(entries: readonly HookEntry[]): { readonly pointer: string; readonly url: string } | undefined {
  const found = entries.find(isMisspelt);
  return found && { pointer: found.pointer, url: found.config?.url ?? '' };
}

/** The hook that is not there, or the one that is misspelt, and the change. */
function lacking(kratos: Tree, flow: HookFlow, list: string, entries: readonly HookEntry[], duty: Duty) {
  const misspelt = misspeltIn(entries);
  if (misspelt === undefined) return { more: '', fix: putFirst(kratos, flow, list, HOOK[duty]) };
  const { pointer, url } = misspelt;
  const path = /\/jumio\/[^/?#]*/.exec(url)?.[0] ?? '';
  const right = url.replace(/\/jumio\/[^/?#]*/, PATHS[duty]);
  const operation = { op: 'replace', path: `${pointer}/config/url`, value: right } as const;
  const fix: Fix = { says: `let this hook go to ${PATHS[duty]}`, kratos: [operation] };
  return { more: `; ${dotted(pointer)} goes to ${path}, which this service does not have`, fix };
}

function putFirst(kratos: Tree, flow: HookFlow, list: string, hookName: string): Fix {
  const hook = hookFor(flow, ourHooks(kratos));
  return { says: `put ${hookName} first into this list`, kratos: [prepend(kratos, list, hook)] };
}

/** A list without the hook, and the enabled methods that run it. */
interface Gap {
  readonly list: string;
  readonly methods: readonly string[];
}

function gapsOf(kratos: Tree, flow: MethodFlow, duty: Duty): Gap[] {
  const gaps = new Map<string, string[]>();
  for (const method of enabledMethods(kratos, flow)) {
    const entries = effectiveEntries(kratos, flow, method);
    if (hasDuty(entries, duty)) continue;
    const list = entries[0]?.list ?? listOf(flow, null);
    gaps.set(list, [...(gaps.get(list) ?? []), method]);
  }
  return [...gaps].map(([list, methods]) => ({ list, methods }));
}

function missing(kratos: Tree, flow: MethodFlow, duty: Duty, { list, methods }: Gap): Finding {
  const { more, fix } = lacking(kratos, flow, list, effectiveEntries(kratos, flow, methods[0] ?? ''), duty);
  return {
    id: `${duty}-missing`,
    severity: 'error',
    seen: `${dotted(list)}, which runs for ${methods.join(', ')}, lacks ${HOOK[duty]}${more}`,
    why: WITHOUT_HOOK[duty],
    fix,
  };
}

/** Lists without the hook that no enabled method runs: a method that is enabled later would run them. */
function missingLater(kratos: Tree, flow: MethodFlow, duty: Duty, gaps: readonly Gap[]): Finding[] {
  const lists = [null, ...methodsWithLists(flow)]
    .filter((method) => method === null || entriesOf(kratos, flow, method).length > 0)
    .filter((method) => !hasDuty(entriesOf(kratos, flow, method), duty))
    .map((method) => listOf(flow, method));
  return lists
    .filter((list) => !gaps.some((each) => each.list === list))
    .map((list) => ({
      id: `${duty}-missing-later`,
      severity: 'warning',
      seen: `${dotted(list)} lacks ${HOOK[duty]}; no enabled method runs it now`,
      why: `A method that is enabled later, or has no list of its own (SAML), would run this list. ${WITHOUT_HOOK[duty]}`,
      fix: putFirst(kratos, flow, list, HOOK[duty]),
    }));
}

/** The check that every enabled method of a flow runs the hook. */
function coverage(flow: MethodFlow, duty: Duty, says: string): Check {
  return {
    group: 'hooks',
    says,
    run({ kratos }) {
      if (kratos === undefined) return NO_KRATOS_CONFIG;
      const gaps = gapsOf(kratos, flow, duty);
      return [...gaps.map((gap) => missing(kratos, flow, duty, gap)), ...missingLater(kratos, flow, duty, gaps)];
    },
  };
}

export const signUpCovered = coverage('registration', 'initiate', 'the sign-up hook runs for every enabled method');

export const signInCovered = coverage(
  'login',
  'gate',
  'Kratos asks the gate at every sign-in, also for a second factor',
);

/** Recovery signs a person in and runs `recovery.after` only (docs/reference/kratos.md#5-hook-ordering-and-inheritance). */
export const recoveryCovered: Check = {
  group: 'hooks',
  says: 'Kratos asks the gate at recovery',
  run({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    if (hasDuty(entriesOf(kratos, 'recovery', null), 'gate')) return [];
    const isEnabled = flagAt(kratos, '/selfservice/flows/recovery/enabled');
    const list = listOf('recovery', null);
    const { more, fix } = lacking(kratos, 'recovery', list, entriesOf(kratos, 'recovery', null), 'gate');
    return [
      {
        id: isEnabled ? 'recovery-without-gate' : 'recovery-without-gate-later',
        severity: isEnabled ? 'error' : 'warning',
        seen: `${dotted(list)} lacks the gate${isEnabled ? '' : '; recovery is switched off now'}${more}`,
        why: 'Recovery signs a person in without running login.after, also with a code of the admin API.',
        fix,
      },
    ];
  },
};

/** Kratos merges its files key by key, and replaces lists: a hook of an earlier file is gone without a word. */
export const hooksKept: Check = {
  group: 'hooks',
  says: 'merging the files drops no hook of any of them',
  run({ kratos, dropped }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    return dropped.map(({ file, list, what }) => ({
      id: 'hook-dropped',
      severity: 'error',
      seen: `${what} in ${dotted(list)} of ${file} is not in the merged configuration`,
      why: 'A later file has the same list, and Kratos replaces lists as a whole: this hook never runs.',
      fix: {
        says: 'copy it into the list of the last file that has it, before `session`, or remove it from the earlier file',
      },
    }));
  },
};
