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

function finding(hook: OurHook, known: readonly OurHook[], about: Omit<Finding, 'fix'>): Finding {
  const value = bodyOf(
    templateFor(hook.flow),
    known.filter((each) => each !== hook),
  );
  const path = `${hook.pointer}/config/body`;
  return { ...about, fix: { says: 'use the shipped template', kratos: [{ op: 'replace', path, value }] } };
}

function ofAnother(hook: OurHook, known: readonly OurHook[]): Finding {
  return finding(hook, known, {
    id: 'template-of-another-hook',
    severity: 'error',
    seen: `${dotted(hook.pointer)} uses the template of another hook`,
    why: 'The gate then lacks the published copy, or takes a recovery for a sign-in.',
  });
}

/** What is wrong with the body that a foreign template renders. */
function ofBody(hook: OurHook, known: readonly OurHook[], body: unknown): Finding[] {
  const place = dotted(hook.pointer);
  const schema = hook.duty === 'initiate' ? initiateBody : validateBody;
  if (!schema.safeParse(body).success)
    return [
      finding(hook, known, {
        id: 'template-without-id',
        severity: 'error',
        seen: `the template of ${place} gives no usable kratos_identity_id`,
        why: 'The service refuses the call: sign-ups start nothing, and nobody passes the gate.',
      }),
    ];
  const leaks = JSON.stringify(body).includes(CANARY);
  const blind = hook.duty === 'gate' && isTree(body) && !('metadata_public' in body) && !knowsWords(body);
  return [...(leaks ? [leaking(hook, known, place)] : []), ...(blind ? [blindGate(hook, known, place)] : [])];
}

/** The published integration's templates send its own words. */
function knowsWords(body: object): boolean {
  return 'jumio_verification_status' in body;
}

function leaking(hook: OurHook, known: readonly OurHook[], place: string): Finding {
  return finding(hook, known, {
    id: 'template-tells-too-much',
    severity: 'warning',
    seen: `the template of ${place} sends session cookies, tokens or forms of the person along`,
    why: '`ctx` holds the person’s session cookie and CSRF token: neither should leave Kratos.',
  });
}

function blindGate(hook: OurHook, known: readonly OurHook[], place: string): Finding {
  return finding(hook, known, {
    id: 'gate-without-copy',
    severity: 'warning',
    seen: `the template of ${place} does not send metadata_public`,
    why: 'With the ledger lost or unreadable the gate then knows of nobody’s rejection.',
  });
}

function ofHook(hook: OurHook, known: readonly OurHook[], { templates, seen }: Facts): Finding[] | NotCheckable {
  const template = templates.get(hook.config.body ?? '');
  const name = templateFor(hook.flow);
  if (template === undefined) return [];
  if ('unreadable' in template) return notCheckable(`the template of ${dotted(hook.pointer)}: ${template.unreadable}`);
  if (template.text === shippedTemplate(name)) return [];
  if (isShipped(template.text)) return [ofAnother(hook, known)];
  if (seen.render === undefined)
    return notCheckable(
      `the template of ${dotted(hook.pointer)} is not the shipped ${name}, and no Jsonnet engine is installed here to render it`,
    );
  return ofBody(hook, known, seen.render(template.text, exampleContext(hook.flow)));
}

/** Each template renders to a body that the service takes, and tells no more than it must. */
export const templates: Check = {
  group: 'templates',
  says: 'each template makes a body that this service takes, and tells no more than it must',
  look(facts) {
    if (facts.kratos === undefined) return NO_KRATOS_CONFIG;
    const hooks = ourHooks(facts.kratos).filter(
      ({ flow, duty }) => (flow === 'registration') === (duty === 'initiate'),
    );
    const looked = hooks.map((hook) => ofHook(hook, hooks, facts));
    const found = looked.flatMap((each) => ('notCheckable' in each ? [] : each));
    const reasons = looked.flatMap((each) => ('notCheckable' in each ? [each.notCheckable] : []));
    return found.length > 0 || reasons.length === 0 ? found : notCheckable([...new Set(reasons)].join('; '));
  },
};
