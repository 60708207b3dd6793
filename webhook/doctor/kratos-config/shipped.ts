import { readFileSync } from 'node:fs';
import { type EidPath, type HookFlow, type OurHook, ourHooks } from './hooks.ts';
import type { Tree } from './read.ts';

/** The templates of the sign-up hook and of the gate, in `jsonnet/`. */
export const TEMPLATES = ['initiate.jsonnet', 'validate.jsonnet', 'validate-recovery.jsonnet'] as const;

type TemplateName = (typeof TEMPLATES)[number];

/** Returns the text of a shipped template; undefined if the folder `jsonnet/` is not beside the program. */
export function shippedTemplate(name: TemplateName | 'assurance.jsonnet'): string | undefined {
  try {
    return readFileSync(new URL(`../../../jsonnet/${name}`, import.meta.url), 'utf8');
  } catch {
    return undefined;
  }
}

/** Returns the name of the template that belongs to a flow. */
export function templateFor(flow: HookFlow): TemplateName {
  if (flow === 'registration') return 'initiate.jsonnet';
  return flow === 'login' ? 'validate.jsonnet' : 'validate-recovery.jsonnet';
}

/** This service's URL as the configured hooks have it, else the placeholder of ory-actions.yaml. */
function serviceUrl(configured: readonly OurHook[]): string {
  const found = configured.map((hook) => hook.config.url).find((each) => URL.canParse(each));
  if (found === undefined) return '<SERVICE_URL>';
  const { origin, pathname } = new URL(found);
  return `${origin}${pathname.replace(/\/jumio\/(initiate|validate)\/*$/, '')}`;
}

/** Returns `body` for a template, in the form of the configured hooks: its text in base64 (Ory Network), or a file in their folder. */
export function bodyOf(name: TemplateName | 'assurance.jsonnet', configured: readonly OurHook[]): string {
  const bodies = configured.map((hook) => hook.config.body ?? '');
  const text = shippedTemplate(name);
  if (text !== undefined && bodies.some((body) => body.startsWith('base64://')))
    return `base64://${Buffer.from(text).toString('base64')}`;
  const folder = bodies.map((body) => /^(file:\/\/.*)\/[^/]*\.jsonnet$/.exec(body)?.[1]).find(Boolean);
  return `${folder ?? 'file://<JSONNET_DIR>'}/${name}`;
}

/** `auth` of every shipped hook, with the placeholder of ory-actions.yaml. */
export const AUTH = {
  type: 'api_key',
  config: { in: 'header', name: 'X-Webhook-Secret', value: '<ORY_WEBHOOK_SECRET>' },
} as const;

/** Returns the shipped hook for a flow, with URL and `body` in the form of the configured hooks. */
export function hookFor(flow: HookFlow, configured: readonly OurHook[]) {
  const isSignUp = flow === 'registration';
  const config = {
    url: `${serviceUrl(configured)}/jumio/${isSignUp ? 'initiate' : 'validate'}`,
    method: 'POST',
    body: bodyOf(templateFor(flow), configured),
  };
  return { hook: 'web_hook', config: { ...config, ...(isSignUp ? {} : { can_interrupt: true }), auth: AUTH } };
}

/** Returns the shipped hook of an eID, with URL and `body` in the form of the configured hooks. */
export function eidHookFor(kratos: Tree, path: EidPath): object {
  const configured = ourHooks(kratos);
  const isAssurance = path === '/eid/assurance';
  const config = {
    url: `${serviceUrl(configured)}${path}`,
    method: 'POST',
    body: bodyOf(isAssurance ? 'assurance.jsonnet' : 'initiate.jsonnet', configured),
  };
  return { hook: 'web_hook', config: { ...config, ...(isAssurance ? { can_interrupt: true } : {}), auth: AUTH } };
}
