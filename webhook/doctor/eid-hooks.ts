import type { Facts } from './facts.ts';
import { entriesOf, type HookEntry, ourHooks } from './hooks.ts';
import { AUTH, bodyOf, serviceUrl } from './shipped.ts';
import type { Tree } from './tree.ts';

/** The two hooks of eID, by the end of their addresses. */
export type EidPath = '/eid/assurance' | '/eid/link';

export interface EidHook extends HookEntry {
  readonly config: NonNullable<HookEntry['config']>;
}

/** Whether it is this one of the two, by the end of its address. */
export function isAt(entry: HookEntry, path: EidPath): entry is EidHook {
  const url = entry.config?.url.split(/[?#]/)[0]?.replace(/\/+$/, '');
  return entry.name === 'web_hook' && url !== undefined && url.endsWith(path);
}

/** Where no eID is configured nothing is said of it. */
export function hasEid({ service }: Facts): boolean {
  return service !== undefined && Object.keys(service.EID_PROVIDERS).length > 0;
}

/** Where each of them belongs: both run for `oidc` only, which has a list of its own in ory-actions.yaml. */
export function listWith(kratos: Tree, path: EidPath): HookEntry[] {
  return entriesOf(kratos, path === '/eid/assurance' ? 'registration' : 'settings', 'oidc');
}

export function eidHook(kratos: Tree, path: EidPath): EidHook | undefined {
  return listWith(kratos, path).find((entry): entry is EidHook => isAt(entry, path));
}

/** Those of the two that are there. */
export function eidHooksIn(kratos: Tree): EidHook[] {
  const found = (['/eid/assurance', '/eid/link'] as const).map((path) => eidHook(kratos, path));
  return found.filter((hook) => hook !== undefined);
}

/** The hook as ory-actions.yaml has it, towards where the other hooks go. */
export function eidHookFor(kratos: Tree, path: EidPath): object {
  const known = ourHooks(kratos);
  const [body, flag] =
    path === '/eid/assurance'
      ? (['assurance.jsonnet', { can_interrupt: true }] as const)
      : (['initiate.jsonnet', {}] as const);
  const config = { url: `${serviceUrl(known)}${path}`, method: 'POST', body: bodyOf(body, known), ...flag, auth: AUTH };
  return { hook: 'web_hook', config };
}
