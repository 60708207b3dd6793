import type { Config } from '../../config/config.ts';
import { discoveryWire } from '../../eid/client.ts';
import { type DiscoveryAnswer, providerProblems } from '../../eid/provider-check.ts';
import { type Check, type Facts, hasEid, NO_KRATOS_CONFIG } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted } from '../kratos-config/hooks.ts';
import { type InKratos, PROVIDERS, providersIn } from '../kratos-config/providers.ts';
import { flagAt, listAt, type Tree, textAt } from '../kratos-config/read.ts';
import type { Answer } from '../probes/probe.ts';

function missing(id: string): Finding {
  return {
    id: 'eid-provider-missing',
    severity: 'error',
    seen: `EID_PROVIDERS describes ${id}; none of ${dotted(PROVIDERS)} has this id`,
    why: 'The names must be the same, or its people are taken for people without an eID.',
    fix: { says: `paste the recipe of eid/ with the id ${id}, or take it out of EID_PROVIDERS` },
  };
}

function differs(found: InKratos, key: 'client_id' | 'issuer_url', ours: string): Finding[] {
  if (found[key] === ours) return [];
  return [
    {
      id: `eid-${key === 'client_id' ? 'client' : 'issuer'}-differs`,
      severity: 'error',
      seen: `${dotted(found.pointer)}.${key} of ${found.id} is not what EID_PROVIDERS has`,
      why: 'Its ID tokens would be for somebody else, or of somebody else: none would be evidence.',
      fix: {
        says: 'make both what the provider gave you; these lines are what EID_PROVIDERS has',
        kratos: [{ op: 'add', path: `${found.pointer}/${key}`, value: ours }],
      },
    },
  ];
}

/** With `userinfo` the mapper does not see `acr`, so that the hint is empty and the hook refuses everybody. */
function levelHidden(found: InKratos, { policy }: Config): Finding[] {
  const isRequired = Object.values(policy.requiredLevels).some((byProvider) => Object.hasOwn(byProvider, found.id));
  if (!isRequired || found.claims_source !== 'userinfo') return [];
  return [
    {
      id: 'eid-level-hidden',
      severity: 'error',
      seen: `${dotted(found.pointer)} of ${found.id} has \`claims_source: userinfo\`, and the policy requires a level of it`,
      why: 'Kratos then hides the ID token from the mapper: the level is unknown, and every sign-up is refused.',
      fix: {
        says: 'take the claims from the ID token, or take the provider out of `required_level`',
        kratos: [{ op: 'replace', path: `${found.pointer}/claims_source`, value: 'id_token' }],
      },
    },
  ];
}

function ofProvider(kratos: Tree, service: Config, id: string): Finding[] {
  const found = providersIn(kratos).find((each) => each.id === id);
  const ours = service.EID_PROVIDERS[id];
  if (found === undefined || ours === undefined) return [missing(id)];
  return [
    ...differs(found, 'client_id', ours.client_id),
    ...differs(found, 'issuer_url', ours.issuer),
    ...levelHidden(found, service),
  ];
}

export const eidInKratos: Check = {
  group: 'eID providers',
  says: 'Kratos has each provider of EID_PROVIDERS, as it is described there',
  applies: hasEid,
  look({ kratos, service }) {
    if (kratos === undefined || service === undefined) return NO_KRATOS_CONFIG;
    return Object.keys(service.EID_PROVIDERS).flatMap((id) => ofProvider(kratos, service, id));
  },
};

function seenOf(asked: Answer): DiscoveryAnswer {
  if ('failure' in asked) return asked;
  if (asked.status !== 200) return { failure: `it answers ${asked.status}` };
  const { data } = discoveryWire.safeParse(asked.json);
  return data === undefined ? { failure: 'it is no discovery document' } : { document: data };
}

/** What the service logs when it starts, with the same words. */
export const eidDiscovery: Check = {
  group: 'eID providers',
  says: 'each provider says of itself what EID_PROVIDERS and Kratos need',
  applies: hasEid,
  look({ service, seen }) {
    if (service === undefined || seen.eid === undefined) return notCheckable('the providers were not asked');
    return [...seen.eid].flatMap(([id, asked]) => {
      const ours = service.EID_PROVIDERS[id];
      const faults = ours === undefined ? [] : providerProblems(ours, seenOf(asked));
      return faults.map(({ remedy, seen: what, ...fault }) => ({
        ...fault,
        seen: `${id}: ${what}`,
        fix: { says: remedy },
      }));
    });
  },
};

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
