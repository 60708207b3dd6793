import type { FastifyRequest } from 'fastify';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Site } from './server.ts';
import { callHook, type HookOccasion, hookContext, isInterrupting, NIL_ID } from './web-hook.ts';

/** Where a new person is sent, and whether their sign-up signs them in. */
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
 * Interrupting hooks run before the identity exists, and see the nil id. Only the method's list is read for them:
 * in the global list they never run at all (docs/reference/kratos.md#0-the-dozen-facts-that-decide-the-design, 2).
 */
export async function beforeIdentityExists(site: Site, request: FastifyRequest, occasion: HookOccasion): Promise<void> {
  const interrupting = webHooks(site.hooks.registration.password.hooks).filter(isInterrupting);
  const nobody = { ...occasion.identity, id: NIL_ID };
  await callAll(interrupting, site, request, { ...occasion, identity: nobody });
}

/** Plain hooks, once the identity is stored; `session` comes last wherever it stands in the list. */
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

/** Before the session is stored. */
export async function afterLogin(site: Site, request: FastifyRequest, occasion: HookOccasion): Promise<void> {
  const { password, hooks } = site.hooks.login;
  await callAll(webHooks(methodOverGlobal(password.hooks, hooks)), site, request, occasion);
}

/** Before the session is stored; recovery has no method lists. */
export async function afterRecovery(site: Site, request: FastifyRequest, occasion: HookOccasion): Promise<void> {
  await callAll(webHooks(site.hooks.recovery.hooks), site, request, occasion);
}

type Hook = { readonly hook: 'web_hook'; readonly config: WebHook } | { readonly hook: 'session' };

function webHooks(hooks: readonly Hook[]): WebHook[] {
  return hooks.flatMap((each) => (each.hook === 'web_hook' ? [each.config] : []));
}

const webHook = z.strictObject({
  hook: z.literal('web_hook'),
  config: z.strictObject({
    url: z.url(),
    method: z.string(),
    body: z.string().regex(/^(file|base64):\/\//),
    headers: z.record(z.string(), z.string()).optional(),
    can_interrupt: z.boolean().default(false),
    response: z.strictObject({ parse: z.boolean().default(false), ignore: z.literal(false).optional() }).optional(),
    auth: z.strictObject({
      type: z.literal('api_key'),
      config: z.strictObject({ in: z.literal('header'), name: z.string(), value: z.string() }),
    }),
  }),
});

const sessionHook = z.strictObject({ hook: z.literal('session') });

/** One `web_hook` entry of a list. */
export type WebHook = z.infer<typeof webHook>['config'];

const returnUrl = { default_browser_return_url: z.url().optional() };

const method = <Hook extends z.ZodType>(hook: Hook) => {
  return z.strictObject({ hooks: z.array(hook), ...returnUrl }).prefault({ hooks: [] });
};

const registrationMethod = method(z.union([webHook, sessionHook]));

const loginMethod = method(webHook);

const registration = z.strictObject({
  hooks: z.array(webHook).default([]),
  ...returnUrl,
  password: registrationMethod,
  oidc: registrationMethod,
  code: registrationMethod,
  webauthn: registrationMethod,
  passkey: registrationMethod,
});

const login = z.strictObject({
  hooks: z.array(webHook).default([]),
  ...returnUrl,
  password: loginMethod,
  oidc: loginMethod,
  code: loginMethod,
  webauthn: loginMethod,
  passkey: loginMethod,
  totp: loginMethod,
  lookup_secret: loginMethod,
});

const recovery = z.strictObject({ hooks: z.array(webHook).default([]), ...returnUrl });

/** Read and not run: the stand-in has no settings flow. */
const settings = z.strictObject({ hooks: z.array(webHook).default([]), ...returnUrl, oidc: loginMethod });

const nothing = { after: {} };

const actions = z.strictObject({
  selfservice: z.strictObject({
    flows: z.strictObject({
      registration: z.strictObject({ after: registration }).prefault(nothing),
      login: z.strictObject({ after: login }).prefault(nothing),
      recovery: z.strictObject({ after: recovery }).prefault(nothing),
      settings: z.strictObject({ after: settings }).prefault(nothing),
    }),
  }),
});

/** What is configured after each flow. */
export interface HookSettings {
  readonly registration: z.infer<typeof registration>;
  readonly login: z.infer<typeof login>;
  readonly recovery: z.infer<typeof recovery>;
}

/**
 * Reads a filled ory-actions.yaml as strictly as the oldest supported Kratos does: an unknown key
 * (`config.id` at v1.3.1), `session` outside a method list of registration, or a missing url throws.
 */
export function readHookSettings(text: string): HookSettings {
  const { flows } = actions.parse(parse(text)).selfservice;
  return { registration: flows.registration.after, login: flows.login.after, recovery: flows.recovery.after };
}
