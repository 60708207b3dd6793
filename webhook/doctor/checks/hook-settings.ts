import { isPrivateHost } from '../../config/hosts.ts';
import { type Check, NO_KRATOS_CONFIG } from '../facts.ts';
import type { Finding, Operation } from '../finding.ts';
import { moveEntry, removeKeys } from '../kratos-config/edits.ts';
import { allEntries, dotted, type HookEntry, isOurs, type OurHook, ourHooks } from '../kratos-config/hooks.ts';
import { type Tree, textAt } from '../kratos-config/read.ts';
import { bodyOf, templateFor } from '../kratos-config/shipped.ts';

/** Judges one hook by itself; undefined if it is right. */
type HookRule = (hook: OurHook, kratos: Tree) => Finding | undefined;

const wrongList: HookRule = (hook) => {
  const right = hook.flow === 'registration' ? 'initiate' : 'gate';
  if (hook.duty === right) return undefined;
  return {
    id: 'hook-in-wrong-list',
    severity: 'error',
    seen: `${dotted(hook.pointer)} calls ${hook.duty === 'gate' ? '/jumio/validate' : '/jumio/initiate'}`,
    why: 'The sign-up hook belongs into registration.after, the gate into login.after and recovery.after.',
    fix: { says: 'remove the hook from this list', kratos: [{ op: 'remove', path: hook.pointer }] },
  };
};

const notPost: HookRule = ({ pointer, config }) => {
  if (config.method?.toUpperCase() === 'POST') return undefined;
  return {
    id: 'hook-not-post',
    severity: 'error',
    seen: `${dotted(pointer)} uses the method ${config.method ?? '(none)'}`,
    why: 'The service accepts POST only: it refuses every other call, and with it every sign-in.',
    fix: { says: 'use POST', kratos: [{ op: 'add', path: `${pointer}/config/method`, value: 'POST' }] },
  };
};

const noBody: HookRule = (hook, kratos) => {
  if (hook.config.body !== undefined) return undefined;
  const value = bodyOf(templateFor(hook.flow), ourHooks(kratos));
  return {
    id: 'hook-without-body',
    severity: 'error',
    seen: `${dotted(hook.pointer)} names no template`,
    why: 'Kratos’ schema accepts it; then every flow fails with “got empty template path”.',
    fix: { says: 'name the template', kratos: [{ op: 'add', path: `${hook.pointer}/config/body`, value }] },
  };
};

const contentType: HookRule = ({ pointer, config }) => {
  const [name, value] = Object.entries(config.headers).find(([key]) => key.toLowerCase() === 'content-type') ?? [];
  if (name === undefined || value === 'application/json') return undefined;
  return {
    id: 'hook-content-type',
    severity: 'error',
    seen: `${dotted(pointer)} sends Content-Type ${value}`,
    why: 'The service reads JSON only, and Kratos refuses `application/json` with a parameter.',
    fix: { says: 'remove the header', kratos: [{ op: 'remove', path: `${pointer}/config/headers/${name}` }] },
  };
};

/** Kratos v1.3.1 and older refuse a configuration with an unknown key (docs/reference/kratos.md#11-keys). */
const idOnOldKratos: HookRule = ({ pointer, config }, kratos) => {
  const version = textAt(kratos, '/version');
  if (config.id === undefined || version === undefined || !/^v?[01]\./.test(version)) return undefined;
  return {
    id: 'hook-id-unknown',
    severity: 'error',
    seen: `${dotted(pointer)} has an \`id\`, and the configuration says version ${version}`,
    why: 'Kratos v1.3.1 does not know this key and does not start.',
    fix: { says: 'remove the key', kratos: [{ op: 'remove', path: `${pointer}/config/id` }] },
  };
};

const unencrypted: HookRule = ({ pointer, config }) => {
  const url = URL.canParse(config.url) ? new URL(config.url) : undefined;
  if (url?.protocol !== 'http:' || isPrivateHost(url.hostname) || !url.hostname.includes('.')) return undefined;
  const value = `https://${url.host}${url.pathname}`;
  return {
    id: 'hook-in-clear',
    severity: 'warning',
    seen: `${dotted(pointer)} goes to http://${url.host}`,
    why: 'The secret and the ids of people cross a network unencrypted.',
    fix: { says: 'use https', kratos: [{ op: 'replace', path: `${pointer}/config/url`, value }] },
  };
};

const RULES: readonly HookRule[] = [wrongList, notPost, noBody, contentType, idOnOldKratos, unencrypted];

export const hookSettings: Check = {
  group: 'hooks',
  says: 'each hook is in its list, posts JSON, and names a template',
  run({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const found = ourHooks(kratos).flatMap((hook) => RULES.map((rule) => rule(hook, kratos)));
    return found.filter((finding) => finding !== undefined);
  },
};

/** With either flag Kratos runs the hook before the identity is stored, and never in the global list (docs/reference/kratos.md#0-the-dozen-facts-that-decide-the-design). */
function beforeIdentity(kratos: Tree, hook: OurHook): Finding {
  const isGlobal = hook.method === null;
  const flag = hook.config.can_interrupt ? 'can_interrupt' : 'response.parse';
  return {
    id: isGlobal ? 'initiate-never-runs' : 'initiate-before-identity',
    severity: 'error',
    seen: `the sign-up hook ${dotted(hook.pointer)} has \`${flag}\``,
    why: isGlobal
      ? 'Kratos runs such a hook before the identity is stored, and only in the methods’ lists: in the global list it never runs.'
      : 'Kratos runs such a hook before the identity is stored: it sends no id, and no verification can be started.',
    fix: {
      says: 'make it a plain hook, without either flag',
      kratos: removeKeys(kratos, hook, 'can_interrupt', 'response/parse'),
    },
  };
}

function notWaitedFor(kratos: Tree, hook: OurHook): Finding {
  return {
    id: 'initiate-not-waited-for',
    severity: 'warning',
    seen: `the sign-up hook ${dotted(hook.pointer)} has \`response.ignore\``,
    why: 'Kratos calls it later, and never if it stops first: people may open the verification before it is started.',
    fix: { says: 'remove the flag', kratos: removeKeys(kratos, hook, 'response/ignore') },
  };
}

function initiateFlags(kratos: Tree, hook: OurHook): Finding[] {
  const { can_interrupt, response } = hook.config;
  return [
    ...(can_interrupt || response.parse ? [beforeIdentity(kratos, hook)] : []),
    ...(response.ignore ? [notWaitedFor(kratos, hook)] : []),
  ];
}

function gateIgnored(hook: OurHook, kratos: readonly Operation[]): Finding {
  return {
    id: 'gate-ignored',
    severity: 'error',
    seen: `the gate ${dotted(hook.pointer)} has \`response.ignore\``,
    why: 'Kratos signs the person in without waiting for the response: no sign-in is ever refused.',
    fix: { says: 'remove the flag, and set `can_interrupt`', kratos },
  };
}

function gateWithoutMessage(hook: OurHook, kratos: readonly Operation[]): Finding {
  return {
    id: 'gate-cannot-speak',
    severity: 'error',
    seen: `the gate ${dotted(hook.pointer)} has neither \`can_interrupt\` nor \`response.parse\``,
    why: 'Kratos then shows a refused person a 502 “Bad Gateway” in place of the message.',
    fix: { says: 'set `can_interrupt`', kratos },
  };
}

function gateFlags(kratos: Tree, hook: OurHook): Finding[] {
  const { can_interrupt, response } = hook.config;
  const interrupt: Operation = { op: 'add', path: `${hook.pointer}/config/can_interrupt`, value: true };
  if (response.ignore) return [gateIgnored(hook, [...removeKeys(kratos, hook, 'response/ignore'), interrupt])];
  return can_interrupt || response.parse ? [] : [gateWithoutMessage(hook, [interrupt])];
}

/** Flags of Kratos that make a hook run too early, too late, or without effect. Hooks in the wrong list are left to `hookSettings`. */
export const hookFlags: Check = {
  group: 'hooks',
  says: 'the hooks’ flags are right: the sign-up hook is plain, the gate has `can_interrupt`',
  run({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    return ourHooks(kratos).flatMap((hook) => {
      if (hook.flow === 'registration') return hook.duty === 'initiate' ? initiateFlags(kratos, hook) : [];
      return hook.duty === 'gate' ? gateFlags(kratos, hook) : [];
    });
  },
};

/** Kratos runs `session` last wherever it stands (docs/reference/kratos.md#5-hook-ordering-and-inheritance); the list misleads its readers all the same. */
function sessionBeforeHook(kratos: Tree, entry: HookEntry): Finding {
  return {
    id: 'session-before-hook',
    severity: 'info',
    seen: `${dotted(entry.pointer)} is \`session\`, before the sign-up hook`,
    why: 'Today’s Kratos still runs it last; older versions end the flow there, and the hooks behind it never run.',
    fix: { says: 'put `session` at the end of the list', kratos: moveEntry(kratos, entry, '-') },
  };
}

function verifiedAddressAfterGate(kratos: Tree, entry: HookEntry): Finding {
  return {
    id: 'verified-address-after-gate',
    severity: 'info',
    seen: `${dotted(entry.pointer)} is \`require_verified_address\`, after the gate`,
    why: 'Both refuse, but a person with an unconfirmed address sees the gate’s reason first.',
    fix: { says: 'put it before the gate', kratos: moveEntry(kratos, entry, 0) },
  };
}

function checkOrder(kratos: Tree, entry: HookEntry, all: readonly HookEntry[]): Finding[] {
  const ours = all.filter((other) => other.list === entry.list && isOurs(other));
  if (entry.name === 'session' && ours.some(({ index }) => index > entry.index))
    return [sessionBeforeHook(kratos, entry)];
  const isLate = entry.name === 'require_verified_address' && ours.some(({ index }) => index < entry.index);
  return isLate ? [verifiedAddressAfterGate(kratos, entry)] : [];
}

export const hookOrder: Check = {
  group: 'hooks',
  says: '`session` comes last, `require_verified_address` before the gate',
  run({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const all = allEntries(kratos);
    return all.flatMap((entry) => checkOrder(kratos, entry, all));
  },
};
