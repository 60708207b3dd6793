import { readFileSync } from 'node:fs';
import { type EidPath, type HookEntry, type OurHook, ourHooks } from './hooks.ts';
import type { Tree } from './read.ts';

export const TEMPLATES = ['initiate.jsonnet', 'validate.jsonnet', 'validate-recovery.jsonnet'] as const;

export type TemplateName = (typeof TEMPLATES)[number];

/** The text of a template as it is shipped; undefined where the folder is not beside the program. */
export function shippedTemplate(name: TemplateName | 'assurance.jsonnet'): string | undefined {
  try {
    return readFileSync(new URL(`../../../jsonnet/${name}`, import.meta.url), 'utf8');
  } catch {
    return undefined;
  }
}

/** Which template belongs into a list. */
export function templateFor(flow: HookEntry['flow']): TemplateName {
  if (flow === 'registration') return 'initiate.jsonnet';
  return flow === 'login' ? 'validate.jsonnet' : 'validate-recovery.jsonnet';
}

/** The service as the configured hooks reach it, else the placeholder of ory-actions.yaml. */
export function serviceUrl(known: readonly OurHook[]): string {
  const found = known.map((hook) => hook.config.url).find((each) => URL.canParse(each));
  if (found === undefined) return '<SERVICE_URL>';
  const { origin, pathname } = new URL(found);
  return `${origin}${pathname.replace(/\/jumio\/(initiate|validate)\/*$/, '')}`;
}

/** As the other hooks name theirs: inside the configuration (Ory Network), or in their folder. */
export function bodyOf(name: TemplateName | 'assurance.jsonnet', known: readonly OurHook[]): string {
  const bodies = known.map((hook) => hook.config.body ?? '');
  const text = shippedTemplate(name);
  if (text !== undefined && bodies.some((body) => body.startsWith('base64://')))
    return `base64://${Buffer.from(text).toString('base64')}`;
  const folder = bodies.map((body) => /^(file:\/\/.*)\/[^/]*\.jsonnet$/.exec(body)?.[1]).find(Boolean);
  return `${folder ?? 'file://<JSONNET_DIR>'}/${name}`;
}

export const AUTH = {
  type: 'api_key',
  config: { in: 'header', name: 'X-Webhook-Secret', value: '<ORY_WEBHOOK_SECRET>' },
} as const;

/** The hook that is missing from a list, like those that are there. */
export function hookFor(flow: HookEntry['flow'], known: readonly OurHook[]) {
  const path = flow === 'registration' ? 'initiate' : 'validate';
  const config = { url: `${serviceUrl(known)}/jumio/${path}`, method: 'POST', body: bodyOf(templateFor(flow), known) };
  return {
    hook: 'web_hook',
    config: { ...config, ...(flow === 'registration' ? {} : { can_interrupt: true }), auth: AUTH },
  };
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
