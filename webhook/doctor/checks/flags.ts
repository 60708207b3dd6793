import type { Check } from '../facts.ts';
import type { Finding, Operation } from '../finding.ts';
import { dotted, type OurHook, ourHooks } from '../hooks.ts';
import { at, type Tree } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

/** Only keys that are there can be taken away. */
function without(kratos: Tree, hook: OurHook, ...keys: readonly string[]): Operation[] {
  const paths = keys.map((key) => `${hook.pointer}/config/${key}`);
  return paths.filter((path) => at(kratos, path) !== undefined).map((path) => ({ op: 'remove', path }));
}

/** With either flag Kratos runs the hook before the identity is stored, and in the global list never (kratos.md §0). */
function tooEarly(kratos: Tree, hook: OurHook): Finding {
  const never = hook.method === null;
  const flag = hook.config.can_interrupt ? 'can_interrupt' : 'response.parse';
  return {
    id: never ? 'initiate-never-runs' : 'initiate-before-identity',
    severity: 'error',
    seen: `the sign-up hook ${dotted(hook.pointer)} has \`${flag}\``,
    why: never
      ? 'Kratos runs such a hook before the identity is stored, and reads the method lists only: here it never runs.'
      : 'Kratos runs such a hook before the identity is stored: it carries no id, and nothing can be started.',
    fix: {
      says: 'make it a plain hook, without either flag',
      kratos: without(kratos, hook, 'can_interrupt', 'response/parse'),
    },
  };
}

function notWaitedFor(kratos: Tree, hook: OurHook): Finding {
  return {
    id: 'initiate-not-waited-for',
    severity: 'warning',
    seen: `the sign-up hook ${dotted(hook.pointer)} has \`response.ignore\``,
    why: 'Kratos calls it later, and not at all when it stops: people may come to verify before anything is started.',
    fix: { says: 'remove the flag', kratos: without(kratos, hook, 'response/ignore') },
  };
}

function initiateFlags(kratos: Tree, hook: OurHook): Finding[] {
  const { can_interrupt, response } = hook.config;
  return [
    ...(can_interrupt || response.parse ? [tooEarly(kratos, hook)] : []),
    ...(response.ignore ? [notWaitedFor(kratos, hook)] : []),
  ];
}

function gateFlags(kratos: Tree, hook: OurHook): Finding[] {
  const { can_interrupt, response } = hook.config;
  const interrupts: Operation = { op: 'add', path: `${hook.pointer}/config/can_interrupt`, value: true };
  if (response.ignore) return [gateIgnored(hook, [...without(kratos, hook, 'response/ignore'), interrupts])];
  return can_interrupt || response.parse ? [] : [gateCannotSpeak(hook, [interrupts])];
}

function gateIgnored(hook: OurHook, kratos: readonly Operation[]): Finding {
  return {
    id: 'gate-ignored',
    severity: 'error',
    seen: `the gate ${dotted(hook.pointer)} has \`response.ignore\``,
    why: 'Kratos signs the person in without waiting for the answer: nobody is ever refused.',
    fix: { says: 'remove the flag, and let the gate interrupt', kratos },
  };
}

function gateCannotSpeak(hook: OurHook, kratos: readonly Operation[]): Finding {
  return {
    id: 'gate-cannot-speak',
    severity: 'error',
    seen: `the gate ${dotted(hook.pointer)} has neither \`can_interrupt\` nor \`response.parse\``,
    why: 'Kratos then shows whoever is refused a 502 “Bad Gateway” in the place of the message.',
    fix: { says: 'let the gate interrupt', kratos },
  };
}

/** Flags of Kratos that make a hook run too early, too late, or without effect. */
export const flags: Check = {
  group: 'hooks',
  says: 'the hooks’ flags are right: the sign-up hook plain, the gate interrupting',
  look({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    return ourHooks(kratos).flatMap((hook) => {
      if (hook.flow === 'registration') return hook.duty === 'initiate' ? initiateFlags(kratos, hook) : [];
      return hook.duty === 'gate' ? gateFlags(kratos, hook) : [];
    });
  },
};
