import type { FastifyRequest } from 'fastify';
import type { WebHook } from './hook-settings.ts';
import type { Site } from './site.ts';
import { callHook, type HookOccasion, hookContext, isInterrupting, NIL_ID } from './web-hook.ts';

/** Where Kratos redirects to after a sign-up, and whether the sign-up gives a session. */
export interface AfterRegistration {
  readonly issuesSession: boolean;
  readonly returnUrl: string | undefined;
}

/** A method's list replaces the global one, it is never added to it (docs/reference/kratos.md#5-hook-ordering-and-inheritance). */
function methodOverGlobal<Hook>(method: readonly Hook[], global: readonly Hook[]): readonly Hook[] {
  return method.length > 0 ? method : global;
}

async function callAll(hooks: readonly WebHook[], site: Site, request: FastifyRequest, occasion: HookOccasion) {
  for (const hook of hooks) await callHook(hook, hookContext(site, request, occasion), site.retryPauses);
}

/**
 * Runs the interrupting hooks, before the identity exists: they get the nil id. Only the method's list is read, because
 * in the global list they never run (docs/reference/kratos.md#0-the-dozen-facts-that-decide-the-design, 2).
 */
export async function beforeIdentityExists(site: Site, request: FastifyRequest, occasion: HookOccasion): Promise<void> {
  const interrupting = webHooks(site.hooks.registration.password.hooks).filter(isInterrupting);
  const identity = { ...occasion.identity, id: NIL_ID };
  await callAll(interrupting, site, request, { ...occasion, identity });
}

/** Runs the plain hooks, after the identity was stored; `session` is always applied last. */
export async function afterRegistration(
  site: Site,
  request: FastifyRequest,
  occasion: HookOccasion,
): Promise<AfterRegistration> {
  const { password, hooks, default_browser_return_url } = site.hooks.registration;
  const list = methodOverGlobal(password.hooks, hooks);
  const plain = webHooks(list).filter((hook) => !isInterrupting(hook));
  await callAll(plain, site, request, occasion);
  return {
    issuesSession: list.some(({ hook }) => hook === 'session'),
    returnUrl: password.default_browser_return_url ?? default_browser_return_url,
  };
}

/** Runs the hooks of sign-in, before the session is stored. */
export async function afterLogin(site: Site, request: FastifyRequest, occasion: HookOccasion): Promise<void> {
  const { password, hooks } = site.hooks.login;
  await callAll(webHooks(methodOverGlobal(password.hooks, hooks)), site, request, occasion);
}

/** Runs the hooks of recovery, before the session is stored. Recovery has no method lists. */
export async function afterRecovery(site: Site, request: FastifyRequest, occasion: HookOccasion): Promise<void> {
  await callAll(webHooks(site.hooks.recovery.hooks), site, request, occasion);
}

type Hook = { readonly hook: 'web_hook'; readonly config: WebHook } | { readonly hook: 'session' };

function webHooks(hooks: readonly Hook[]): WebHook[] {
  return hooks.flatMap((each) => (each.hook === 'web_hook' ? [each.config] : []));
}
