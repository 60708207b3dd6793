import { type Check, hasEid, NO_KRATOS_CONFIG } from '../facts.ts';
import type { Finding, Operation } from '../finding.ts';
import { dotted, type EidHook, eidHook, listOf, listWith, ourHooks } from '../kratos-config/hooks.ts';
import { at, type Tree } from '../kratos-config/read.ts';
import { eidHookFor, hookFor } from '../kratos-config/shipped.ts';

function removed(kratos: Tree, hook: EidHook, ...keys: readonly string[]): Operation[] {
  const paths = keys.map((key) => `${hook.pointer}/config/${key}`);
  return paths.filter((path) => at(kratos, path) !== undefined).map((path) => ({ op: 'remove', path }));
}

function assuranceMissing(kratos: Tree, isRequired: boolean): Finding {
  const [list, value] = [listOf('registration', 'oidc'), eidHookFor(kratos, '/eid/assurance')];
  // A method's list replaces the global one: a new list needs all that belongs into it.
  const whole = [value, hookFor('registration', ourHooks(kratos)), { hook: 'session' }];
  const exists = Array.isArray(at(kratos, list));
  return {
    id: 'assurance-missing',
    severity: isRequired ? 'error' : 'info',
    seen: `${dotted(list)} lacks /eid/assurance`,
    why: isRequired
      ? 'Nobody is refused for the level of their eID: `required_level` has no effect.'
      : 'As soon as the policy has a `required_level` it has no effect without this hook.',
    fix: {
      says: 'put the hook first into this list',
      kratos: [exists ? { op: 'add', path: `${list}/0`, value } : { op: 'add', path: list, value: whole }],
    },
  };
}

function assuranceLate(kratos: Tree, hook: EidHook): Finding {
  return {
    id: 'assurance-not-first',
    severity: 'warning',
    seen: `${dotted(hook.pointer)} is /eid/assurance, behind other hooks`,
    why: 'What comes before it may run for a sign-up that it then refuses.',
    fix: {
      says: 'put it first',
      kratos: [
        { op: 'remove', path: hook.pointer },
        { op: 'add', path: `${hook.list}/0`, value: at(kratos, hook.pointer) },
      ],
    },
  };
}

function assuranceTooLate(kratos: Tree, hook: EidHook): Finding {
  return {
    id: 'assurance-cannot-refuse',
    severity: 'error',
    seen: `${dotted(hook.pointer)}, /eid/assurance, lacks \`can_interrupt\``,
    why: 'Kratos runs a plain hook after the identity is stored, and shows whoever is refused a 502.',
    fix: {
      says: 'let it interrupt, and nothing else',
      kratos: [
        ...removed(kratos, hook, 'response/ignore', 'response/parse'),
        { op: 'add', path: `${hook.pointer}/config/can_interrupt`, value: true },
      ],
    },
  };
}

function assurance(kratos: Tree, isRequired: boolean): Finding[] {
  const hook = eidHook(kratos, '/eid/assurance');
  if (hook === undefined) return [assuranceMissing(kratos, isRequired)];
  if (!hook.config.can_interrupt || hook.config.response.ignore) return [assuranceTooLate(kratos, hook)];
  return listWith(kratos, '/eid/assurance')[0]?.pointer === hook.pointer ? [] : [assuranceLate(kratos, hook)];
}

function linkMissing(kratos: Tree): Finding {
  const [list, value] = [listOf('settings', 'oidc'), eidHookFor(kratos, '/eid/link')];
  const exists = Array.isArray(at(kratos, list));
  return {
    id: 'link-missing',
    severity: 'error',
    seen: `${dotted(list)} lacks /eid/link`,
    why: 'An eID that is linked later approves nobody, and one that is unlinked goes on approving.',
    fix: {
      says: 'put the hook into this list',
      kratos: [exists ? { op: 'add', path: `${list}/0`, value } : { op: 'add', path: list, value: [value] }],
    },
  };
}

function link(kratos: Tree): Finding[] {
  const hook = eidHook(kratos, '/eid/link');
  if (hook === undefined) return [linkMissing(kratos)];
  const { can_interrupt, response } = hook.config;
  if (!can_interrupt && !response.parse) return [];
  return [
    {
      id: 'link-too-early',
      severity: 'error',
      seen: `${dotted(hook.pointer)}, /eid/link, has \`${can_interrupt ? 'can_interrupt' : 'response.parse'}\``,
      why: 'Kratos runs such a hook before the link is stored: the service reads the credentials of before.',
      fix: { says: 'make it a plain hook', kratos: removed(kratos, hook, 'can_interrupt', 'response/parse') },
    },
  ];
}

export const eidHooks: Check = {
  group: 'eID providers',
  says: 'the level is asked before a sign-up is stored, and linking an eID is told',
  applies: hasEid,
  look({ kratos, service }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const isRequired = Object.keys(service?.policy.requiredLevels ?? {}).length > 0;
    return [...assurance(kratos, isRequired), ...link(kratos)];
  },
};
