import { type Check, NO_KRATOS_CONFIG } from '../facts.ts';
import type { Finding, Operation } from '../finding.ts';
import { allEntries, dotted, type HookEntry, isOurs, type OurHook, ourHooks } from '../kratos-config/hooks.ts';
import { isPrivateHost } from '../kratos-config/network.ts';
import { at, type Tree, textAt } from '../kratos-config/read.ts';
import { bodyOf, templateFor } from '../kratos-config/shipped.ts';

/** Looks at one hook; undefined where it is right. */
type Look = (hook: OurHook, kratos: Tree) => Finding | undefined;

const wrongList: Look = (hook) => {
  const right = hook.flow === 'registration' ? 'initiate' : 'gate';
  if (hook.duty === right) return undefined;
  return {
    id: 'hook-in-wrong-list',
    severity: 'error',
    seen: `${dotted(hook.pointer)} calls ${hook.duty === 'gate' ? '/jumio/validate' : '/jumio/initiate'}`,
    why: 'The sign-up hook belongs into registration.after, the gate into login.after and recovery.after.',
    fix: { says: 'take the hook out of this list', kratos: [{ op: 'remove', path: hook.pointer }] },
  };
};

const notPost: Look = ({ pointer, config }) => {
  if (config.method?.toUpperCase() === 'POST') return undefined;
  return {
    id: 'hook-not-post',
    severity: 'error',
    seen: `${dotted(pointer)} uses the method ${config.method ?? '(none)'}`,
    why: 'The service takes POST only: every other call is refused, and so is every person at the gate.',
    fix: { says: 'use POST', kratos: [{ op: 'add', path: `${pointer}/config/method`, value: 'POST' }] },
  };
};

const noBody: Look = (hook, kratos) => {
  if (hook.config.body !== undefined) return undefined;
  const value = bodyOf(templateFor(hook.flow), ourHooks(kratos));
  return {
    id: 'hook-without-body',
    severity: 'error',
    seen: `${dotted(hook.pointer)} names no template`,
    why: 'Kratos’ schema lets it pass; then every flow fails with “got empty template path”.',
    fix: { says: 'name the template', kratos: [{ op: 'add', path: `${hook.pointer}/config/body`, value }] },
  };
};

const contentType: Look = ({ pointer, config }) => {
  const [name, value] = Object.entries(config.headers).find(([key]) => key.toLowerCase() === 'content-type') ?? [];
  if (name === undefined || value === 'application/json') return undefined;
  return {
    id: 'hook-content-type',
    severity: 'error',
    seen: `${dotted(pointer)} sends Content-Type ${value}`,
    why: 'The service reads JSON, and Kratos itself refuses `application/json` with anything behind it.',
    fix: { says: 'remove the header', kratos: [{ op: 'remove', path: `${pointer}/config/headers/${name}` }] },
  };
};

/** v1.3.1 and older refuse a configuration with a key that they do not know (docs/reference/kratos.md#11-keys). */
const idOnOldKratos: Look = ({ pointer, config }, kratos) => {
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

const inClear: Look = ({ pointer, config }) => {
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

const LOOKS: readonly Look[] = [wrongList, notPost, noBody, contentType, idOnOldKratos, inClear];

/** Each hook of ours by itself. */
export const entries: Check = {
  group: 'hooks',
  says: 'each hook is in its list, posts JSON, and names a template',
  look({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const found = ourHooks(kratos).flatMap((hook) => LOOKS.map((look) => look(hook, kratos)));
    return found.filter((finding) => finding !== undefined);
  },
};

/** Only keys that are there can be taken away. */
function without(kratos: Tree, hook: OurHook, ...keys: readonly string[]): Operation[] {
  const paths = keys.map((key) => `${hook.pointer}/config/${key}`);
  return paths.filter((path) => at(kratos, path) !== undefined).map((path) => ({ op: 'remove', path }));
}

/** With either flag Kratos runs the hook before the identity is stored, and in the global list never (docs/reference/kratos.md#0-the-dozen-facts-that-decide-the-design). */
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

function move(kratos: Tree, entry: HookEntry, to: number | '-'): Operation[] {
  return [
    { op: 'remove', path: entry.pointer },
    { op: 'add', path: `${entry.list}/${to}`, value: at(kratos, entry.pointer) },
  ];
}

/** Kratos runs `session` last wherever it stands (docs/reference/kratos.md#5-hook-ordering-and-inheritance); who reads the list is misled all the same. */
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
