import { type Check, hasEid, NO_KRATOS_CONFIG } from '../../facts.ts';
import type { Finding } from '../../finding.ts';
import { moveEntry, prepend, removeKeys } from '../../kratos-config/edits.ts';
import { dotted, type EidHook, eidEntries, findEidHook, listOf, ourHooks } from '../../kratos-config/hooks.ts';
import type { Tree } from '../../kratos-config/read.ts';
import { eidHookFor, hookFor } from '../../kratos-config/shipped.ts';

function assuranceMissing(kratos: Tree, isRequired: boolean): Finding {
  const [list, hook] = [listOf('registration', 'oidc'), eidHookFor(kratos, '/eid/assurance')];
  // A method's list replaces the global one, so a new list needs every hook of a sign-up.
  const whole = [hook, hookFor('registration', ourHooks(kratos)), { hook: 'session' }];
  return {
    id: 'assurance-missing',
    severity: isRequired ? 'error' : 'info',
    seen: `${dotted(list)} lacks /eid/assurance`,
    why: isRequired
      ? 'No sign-up is refused for the level of its eID: `required_level` has no effect.'
      : 'A `required_level` in the policy would have no effect without this hook.',
    fix: { says: 'put the hook first into this list', kratos: [prepend(kratos, list, hook, whole)] },
  };
}

function assuranceNotFirst(kratos: Tree, hook: EidHook): Finding {
  return {
    id: 'assurance-not-first',
    severity: 'warning',
    seen: `${dotted(hook.pointer)} is /eid/assurance, behind other hooks`,
    why: 'The hooks before it may run for a sign-up that it then refuses.',
    fix: { says: 'put it first', kratos: moveEntry(kratos, hook, 0) },
  };
}

function assuranceCannotRefuse(kratos: Tree, hook: EidHook): Finding {
  return {
    id: 'assurance-cannot-refuse',
    severity: 'error',
    seen: `${dotted(hook.pointer)}, /eid/assurance, lacks \`can_interrupt\``,
    why: 'Kratos runs such a hook after the identity is stored, and answers a refusal with a 502.',
    fix: {
      says: 'set `can_interrupt`, and no other flag',
      kratos: [
        ...removeKeys(kratos, hook, 'response/ignore', 'response/parse'),
        { op: 'add', path: `${hook.pointer}/config/can_interrupt`, value: true },
      ],
    },
  };
}

function assurance(kratos: Tree, isRequired: boolean): Finding[] {
  const hook = findEidHook(kratos, '/eid/assurance');
  if (hook === undefined) return [assuranceMissing(kratos, isRequired)];
  if (!hook.config.can_interrupt || hook.config.response.ignore) return [assuranceCannotRefuse(kratos, hook)];
  const isFirst = eidEntries(kratos, '/eid/assurance')[0]?.pointer === hook.pointer;
  return isFirst ? [] : [assuranceNotFirst(kratos, hook)];
}

function linkMissing(kratos: Tree): Finding {
  const list = listOf('settings', 'oidc');
  return {
    id: 'link-missing',
    severity: 'error',
    seen: `${dotted(list)} lacks /eid/link`,
    why: 'An eID that a person links later does not approve them, and one that they unlink still does.',
    fix: { says: 'put the hook into this list', kratos: [prepend(kratos, list, eidHookFor(kratos, '/eid/link'))] },
  };
}

function link(kratos: Tree): Finding[] {
  const hook = findEidHook(kratos, '/eid/link');
  if (hook === undefined) return [linkMissing(kratos)];
  const { can_interrupt, response } = hook.config;
  if (!can_interrupt && !response.parse) return [];
  return [
    {
      id: 'link-too-early',
      severity: 'error',
      seen: `${dotted(hook.pointer)}, /eid/link, has \`${can_interrupt ? 'can_interrupt' : 'response.parse'}\``,
      why: 'Kratos runs such a hook before the link is stored: the service reads the credentials of before.',
      fix: { says: 'make it a plain hook', kratos: removeKeys(kratos, hook, 'can_interrupt', 'response/parse') },
    },
  ];
}

export const eidHooks: Check = {
  group: 'eID providers',
  says: 'Kratos asks for the level before it stores a sign-up, and reports each eID that is linked',
  applies: hasEid,
  run({ kratos, service }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const isRequired = Object.keys(service?.policy.requiredLevels ?? {}).length > 0;
    return [...assurance(kratos, isRequired), ...link(kratos)];
  },
};
