import { initiateBody, validateBody } from '../../http/schemas.ts';
import { type Check, type Facts, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, type NotCheckable, notCheckable } from '../finding.ts';
import { dotted, type OurHook, ourHooks } from '../kratos-config/hooks.ts';
import { isTree } from '../kratos-config/read.ts';
import { bodyOf, shippedTemplate, TEMPLATES, templateFor } from '../kratos-config/shipped.ts';
import { CANARY, exampleContext } from '../kratos-config/templates.ts';

function isShipped(text: string): boolean {
  return TEMPLATES.some((name) => shippedTemplate(name) === text);
}

/** A finding whose fix is the shipped template, named as the other hooks name theirs. */
function finding(hook: OurHook, all: readonly OurHook[], about: Omit<Finding, 'fix'>): Finding {
  const others = all.filter((each) => each !== hook);
  const value = bodyOf(templateFor(hook.flow), others);
  const path = `${hook.pointer}/config/body`;
  return { ...about, fix: { says: 'use the shipped template', kratos: [{ op: 'replace', path, value }] } };
}

function ofAnotherHook(hook: OurHook): Omit<Finding, 'fix'> {
  return {
    id: 'template-of-another-hook',
    severity: 'error',
    seen: `${dotted(hook.pointer)} uses the template of another hook`,
    why: 'The gate then lacks the published copy, or takes a recovery for a sign-in.',
  };
}

function withoutId(hook: OurHook): Omit<Finding, 'fix'> {
  return {
    id: 'template-without-id',
    severity: 'error',
    seen: `the template of ${dotted(hook.pointer)} gives no usable kratos_identity_id`,
    why: 'The service refuses the call: sign-ups start no verification, and every sign-in is refused.',
  };
}

function leaking(hook: OurHook): Omit<Finding, 'fix'> {
  return {
    id: 'template-tells-too-much',
    severity: 'warning',
    seen: `the template of ${dotted(hook.pointer)} also sends session cookies, tokens or forms of the person`,
    why: '`ctx` holds the person’s session cookie and CSRF token: neither should leave Kratos.',
  };
}

function withoutCopy(hook: OurHook): Omit<Finding, 'fix'> {
  return {
    id: 'gate-without-copy',
    severity: 'warning',
    seen: `the template of ${dotted(hook.pointer)} does not send metadata_public`,
    why: 'With the ledger lost or unreadable the gate then lets rejected people pass.',
  };
}

/** The mistakes of the body that a template of the operator renders. */
function checkBody(hook: OurHook, body: unknown): Omit<Finding, 'fix'>[] {
  const schema = hook.duty === 'initiate' ? initiateBody : validateBody;
  if (!schema.safeParse(body).success) return [withoutId(hook)];
  const isLeaking = JSON.stringify(body).includes(CANARY);
  const lacksCopy = hook.duty === 'gate' && isTree(body) && !hasStatus(body);
  return [...(isLeaking ? [leaking(hook)] : []), ...(lacksCopy ? [withoutCopy(hook)] : [])];
}

/** The templates of the published integration send `jumio_verification_status` in place of the metadata. */
function hasStatus(body: object): boolean {
  return 'metadata_public' in body || 'jumio_verification_status' in body;
}

/**
 * Whether Kratos would read a template from this machine's disk: its admin port is here, or the path has a placeholder, which
 * is a path nowhere.
 */
function isReadHere({ config }: OurHook, { isFile }: { readonly isFile: boolean }, service: Facts['service']): boolean {
  const isHere = service !== undefined && isLoopback(new URL(service.KRATOS_ADMIN_URL).hostname);
  return isFile && (isHere || /[<>]/.test(config.body ?? ''));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

/** One finding for each file, however many hooks name it. */
function unreadable(hooks: readonly OurHook[], { templates, service }: Facts): Finding[] {
  const readable = hooks.filter(({ config }) => 'text' in (templates.get(config.body ?? '') ?? {}));
  const byFile = new Map<string, OurHook[]>();
  for (const hook of hooks) {
    const { body = '' } = hook.config;
    const template = templates.get(body);
    if (template === undefined || !('unreadable' in template) || !isReadHere(hook, template, service)) continue;
    byFile.set(body, [...(byFile.get(body) ?? []), hook]);
  }
  return [...byFile].map(([body, named]) => ({
    id: 'template-unreadable',
    severity: 'error',
    seen: `${body} cannot be read; it is the template of ${named.map(({ pointer }) => dotted(pointer)).join(', ')}`,
    why: 'Kratos’ admin port is on this machine, so Kratos reads the file here too: every flow with such a hook fails.',
    fix: {
      says: 'copy jsonnet/ of this repository to this machine, and name the files in it',
      kratos: named.map(({ pointer, flow }) => {
        return { op: 'replace', path: `${pointer}/config/body`, value: bodyOf(templateFor(flow), readable) };
      }),
    },
  }));
}

function checkTemplate(hook: OurHook, { templates, observed, service }: Facts): Omit<Finding, 'fix'>[] | NotCheckable {
  const template = templates.get(hook.config.body ?? '');
  const name = templateFor(hook.flow);
  if (template === undefined) return [];
  if ('unreadable' in template)
    return isReadHere(hook, template, service) ? [] : notCheckable(`${hook.config.body}: ${template.unreadable}`);
  if (template.text === shippedTemplate(name)) return [];
  if (isShipped(template.text)) return [ofAnotherHook(hook)];
  if (observed.render === undefined)
    return notCheckable(
      `the template of ${dotted(hook.pointer)} is not the shipped ${name}, and no Jsonnet engine is installed here to render it`,
    );
  return checkBody(hook, observed.render(template.text, exampleContext(hook.flow)));
}

/** Hooks in the wrong list are left to `hookSettings`. */
export const templates: Check = {
  group: 'templates',
  says: 'each template renders a body that this service accepts, and sends no more than it must',
  run(facts) {
    if (facts.kratos === undefined) return NO_KRATOS_CONFIG;
    const hooks = ourHooks(facts.kratos).filter(
      ({ flow, duty }) => (flow === 'registration') === (duty === 'initiate'),
    );
    const results = hooks.map((hook) => ({ hook, result: checkTemplate(hook, facts) }));
    const found = results.flatMap(({ hook, result }) =>
      'notCheckable' in result ? [] : result.map((about) => finding(hook, hooks, about)),
    );
    const reasons = results.flatMap(({ result }) => ('notCheckable' in result ? [result.notCheckable] : []));
    found.push(...unreadable(hooks, facts));
    return found.length > 0 || reasons.length === 0 ? found : notCheckable([...new Set(reasons)].join('; '));
  },
};
