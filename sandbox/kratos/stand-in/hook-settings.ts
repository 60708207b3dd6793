import { parse } from 'yaml';
import { z } from 'zod';

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

/** Parsed and not used: the stand-in has no settings flow. */
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

/** The hooks after each flow. */
export interface HookSettings {
  readonly registration: z.infer<typeof registration>;
  readonly login: z.infer<typeof login>;
  readonly recovery: z.infer<typeof recovery>;
}

/**
 * Parses a filled ory-actions.yaml as strictly as the oldest supported Kratos: an unknown key
 * (`config.id` at v1.3.1), `session` outside a method list of registration, or a missing url throws.
 */
export function readHookSettings(text: string): HookSettings {
  const { flows } = actions.parse(parse(text)).selfservice;
  return { registration: flows.registration.after, login: flows.login.after, recovery: flows.recovery.after };
}
