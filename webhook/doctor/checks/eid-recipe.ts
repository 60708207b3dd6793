import type { Config } from '../../config.ts';
import { hasEid } from '../eid-hooks.ts';
import { type InKratos, providersIn } from '../eid-providers.ts';
import type { Check, Facts } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted } from '../hooks.ts';
import { flagAt, listAt, type Tree, textAt } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

const ENABLED = '/selfservice/methods/oidc/enabled';
const PLACEHOLDER = '<PROVIDER_ID>';

/** Off is Kratos' default, whatever providers are configured below it. */
function switchedOff(kratos: Tree): Finding[] {
  if (flagAt(kratos, ENABLED)) return [];
  return [
    {
      id: 'eid-oidc-off',
      severity: 'error',
      seen: `${dotted(ENABLED)} is not true`,
      why: 'Kratos then offers none of its providers: no page has a button for them, and nothing says why.',
      fix: { says: 'switch the method on', kratos: [{ op: 'add', path: ENABLED, value: true }] },
    },
  ];
}

/** Ours among Kratos' providers, each with its mapper as it was read. */
function mappersOf(kratos: Tree, service: Config, templates: Facts['templates']) {
  const ours = providersIn(kratos).filter(({ id }) => Object.hasOwn(service.EID_PROVIDERS, id));
  return ours.map((provider) => ({ provider, mapper: templates.get(provider.mapper_url ?? '') }));
}

/** A file is the operator's; what stands inside the configuration can be said as a change to it. */
function filledIn({ id, mapper_url = '', pointer }: InKratos, text: string): Finding['fix'] {
  const says = `write ${id} in its place`;
  if (!mapper_url.startsWith('base64://')) return { says: `${says}, in ${mapper_url}` };
  const value = `base64://${Buffer.from(text.replaceAll(PLACEHOLDER, id)).toString('base64')}`;
  return { says, kratos: [{ op: 'replace', path: `${pointer}/mapper_url`, value }] };
}

function unfilled(provider: InKratos, text: string): Finding[] {
  if (!text.includes(PLACEHOLDER)) return [];
  return [
    {
      id: 'eid-mapper-unfilled',
      severity: 'error',
      seen: `the mapper of ${dotted(provider.pointer)} still has the placeholder ${PLACEHOLDER}`,
      why: 'It notes the level under a name that nobody has: `required_level` then refuses no sign-up.',
      fix: filledIn(provider, text),
    },
  ];
}

/** Where no schema is configured here they are configured elsewhere (environment variables). */
function schemasUnknown(kratos: Tree, { policy }: Config): Finding[] {
  const known = listAt(kratos, '/identity/schemas').map((schema) => textAt(schema, '/id'));
  const unknown = Object.keys(policy.requiredLevels).filter((id) => !known.includes(id));
  if (known.length === 0) return [];
  return unknown.map((id) => ({
    id: 'eid-schema-unknown',
    severity: 'error',
    seen: `the policy’s \`required_level\` names the identity schema ${id}; identity.schemas does not have it`,
    why: 'Nobody signs up by such a schema: this line enforces nothing, and nobody is refused for a low level by it.',
    fix: { says: `name one of identity.schemas: ${known.filter((each) => each !== undefined).join(', ')}` },
  }));
}

export const eidRecipe: Check = {
  group: 'eID providers',
  says: 'Kratos offers them, by mappers that are filled in, and has the schemas that a level is required for',
  applies: hasEid,
  look({ kratos, service, templates }) {
    if (kratos === undefined || service === undefined) return NO_KRATOS_CONFIG;
    const mappers = mappersOf(kratos, service, templates);
    const left = mappers.flatMap(({ provider, mapper }) =>
      mapper !== undefined && 'text' in mapper ? unfilled(provider, mapper.text) : [],
    );
    const found = [...switchedOff(kratos), ...left, ...schemasUnknown(kratos, service)];
    const unread = mappers.flatMap(({ provider, mapper }) =>
      mapper !== undefined && 'unreadable' in mapper ? [`the mapper of ${provider.id}: ${mapper.unreadable}`] : [],
    );
    return found.length > 0 || unread.length === 0 ? found : notCheckable(unread.join('; '));
  },
};
