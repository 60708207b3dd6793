import { at, flagAt, isTree, type Tree } from './tree.ts';

export type Flow = 'registration' | 'login';

/** The methods that may have a list of their own (kratos.md §5). Every other method runs the global list. */
const WITH_LISTS: Readonly<Record<Flow, readonly string[]>> = {
  registration: ['password', 'oidc', 'code', 'webauthn', 'passkey'],
  login: ['password', 'oidc', 'code', 'webauthn', 'passkey', 'totp', 'lookup_secret'],
};

/** Methods that sign nobody up or in. */
const OF_OTHER_FLOWS = ['profile', 'link', 'b2b', 'captcha', ...WITH_LISTS.login];

export function methodsWithLists(flow: Flow): readonly string[] {
  return WITH_LISTS[flow];
}

function isEnabled(kratos: Tree, flow: Flow, method: string): boolean {
  const of = `/selfservice/methods/${method}`;
  const on = flagAt(kratos, `${of}/enabled`, method === 'password' || method === 'code');
  if (method === 'code') return isCodeEnabled(kratos, flow);
  if (method === 'webauthn' && flow === 'registration') return on && flagAt(kratos, `${of}/config/passwordless`);
  return on;
}

/** `enabled` alone is for recovery and verification; for people who sign in there are switches of their own. */
function isCodeEnabled(kratos: Tree, flow: Flow): boolean {
  const on = (key: string): boolean => flagAt(kratos, `/selfservice/methods/code/${key}`);
  if (flow === 'registration') return on('passwordless_enabled');
  return on('passwordless_enabled') || on('mfa_enabled') || on('passwordless_login_fallback_enabled');
}

/** The methods by which people can sign up, or in; those that have no list of their own (SAML) among them. */
export function enabledMethods(kratos: Tree, flow: Flow): string[] {
  if (!flagAt(kratos, `/selfservice/flows/${flow}/enabled`, true)) return [];
  const configured = at(kratos, '/selfservice/methods');
  const others = Object.keys(isTree(configured) ? configured : {}).filter((name) => !OF_OTHER_FLOWS.includes(name));
  const listed = WITH_LISTS[flow].filter((method) => isEnabled(kratos, flow, method));
  return [...listed, ...others.filter((method) => flagAt(kratos, `/selfservice/methods/${method}/enabled`))];
}
