import { isPrivateHost } from '../addresses.ts';
import type { Check } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { dotted, type OurHook, ourHooks } from '../hooks.ts';
import { bodyOf, templateFor } from '../shipped.ts';
import { type Tree, textAt } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

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

/** v1.3.1 and older refuse a configuration with a key that they do not know (kratos.md §1.1). */
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
