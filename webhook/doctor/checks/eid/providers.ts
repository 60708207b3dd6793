import type { Config } from '../../../config/config.ts';
import { type DiscoveryAnswer, providerProblems } from '../../../eid/provider-check.ts';
import { discoveryWire } from '../../../upstream/issuer-keys.ts';
import { type Check, type Facts, hasEid, NO_KRATOS_CONFIG } from '../../facts.ts';
import { type Finding, type Fix, notCheckable } from '../../finding.ts';
import { dotted } from '../../kratos-config/hooks.ts';
import { type KratosProvider, PROVIDERS, providersIn } from '../../kratos-config/providers.ts';
import { flagAt, listAt, type Tree, textAt } from '../../kratos-config/read.ts';
import type { ProbeResult } from '../../probes/probe.ts';

function providerMissing(id: string): Finding {
  return {
    id: 'eid-provider-missing',
    severity: 'error',
    seen: `EID_PROVIDERS describes ${id}; none of ${dotted(PROVIDERS)} has this id`,
    why: 'Without the same id on both sides the service does not recognise the eIDs of this provider.',
    fix: { says: `paste the recipe of eid/ with the id ${id}, or remove it from EID_PROVIDERS` },
  };
}

function compare(provider: KratosProvider, key: 'client_id' | 'issuer_url', expected: string): Finding[] {
  if (provider[key] === expected) return [];
  return [
    {
      id: `eid-${key === 'client_id' ? 'client' : 'issuer'}-differs`,
      severity: 'error',
      seen: `${dotted(provider.pointer)}.${key} of ${provider.id} is not what EID_PROVIDERS has`,
      why: 'Its ID tokens would have another audience or issuer, so none would be evidence.',
      fix: {
        says: 'set both to what the provider gave you; these lines are what EID_PROVIDERS has',
        kratos: [{ op: 'add', path: `${provider.pointer}/${key}`, value: expected }],
      },
    },
  ];
}

/** With `userinfo` the mapper does not get `acr`: the level is empty, and the hook refuses every sign-up. */
function levelHidden(provider: KratosProvider, { policy }: Config): Finding[] {
  const isRequired = Object.values(policy.requiredLevels).some((byProvider) => Object.hasOwn(byProvider, provider.id));
  if (!isRequired || provider.claims_source !== 'userinfo') return [];
  return [
    {
      id: 'eid-level-hidden',
      severity: 'error',
      seen: `${dotted(provider.pointer)} of ${provider.id} has \`claims_source: userinfo\`, and the policy requires a level of it`,
      why: 'Kratos then hides the ID token from the mapper: the level is unknown, and every sign-up is refused.',
      fix: {
        says: 'take the claims from the ID token, or remove the provider from `required_level`',
        kratos: [{ op: 'replace', path: `${provider.pointer}/claims_source`, value: 'id_token' }],
      },
    },
  ];
}

function checkProvider(kratos: Tree, service: Config, id: string): Finding[] {
  const provider = providersIn(kratos).find((each) => each.id === id);
  const expected = service.EID_PROVIDERS[id];
  if (provider === undefined || expected === undefined) return [providerMissing(id)];
  return [
    ...compare(provider, 'client_id', expected.client_id),
    ...compare(provider, 'issuer_url', expected.issuer),
    ...levelHidden(provider, service),
  ];
}

export const eidInKratos: Check = {
  group: 'eID providers',
  says: 'Kratos has each provider of EID_PROVIDERS, as it is described there',
  applies: hasEid,
  run({ kratos, service }) {
    if (kratos === undefined || service === undefined) return NO_KRATOS_CONFIG;
    return Object.keys(service.EID_PROVIDERS).flatMap((id) => checkProvider(kratos, service, id));
  },
};

const ENABLED = '/selfservice/methods/oidc/enabled';

/** Off is Kratos' default, whatever providers are configured. */
function oidcOff(kratos: Tree): Finding[] {
  if (flagAt(kratos, ENABLED)) return [];
  return [
    {
      id: 'eid-oidc-off',
      severity: 'error',
      seen: `${dotted(ENABLED)} is not true`,
      why: 'Kratos then offers none of its providers: no page has a button for them, and no error says why.',
      fix: { says: 'switch the method on', kratos: [{ op: 'add', path: ENABLED, value: true }] },
    },
  ];
}

/** The id in the mappers of `eid/`, for the operator to replace. */
const PLACEHOLDER = '<PROVIDER_ID>';

/** The providers of Kratos that EID_PROVIDERS describes, each with its mapper. */
function mappersOf(kratos: Tree, service: Config, templates: Facts['templates']) {
  const ours = providersIn(kratos).filter(({ id }) => Object.hasOwn(service.EID_PROVIDERS, id));
  return ours.map((provider) => ({ provider, mapper: templates.get(provider.mapper_url ?? '') }));
}

/** A mapper in a file is changed there; one inside the configuration by an operation. */
function fillIn({ id, mapper_url = '', pointer }: KratosProvider, mapper: string): Fix {
  const says = `write ${id} in its place`;
  if (!mapper_url.startsWith('base64://')) return { says: `${says}, in ${mapper_url}` };
  const value = `base64://${Buffer.from(mapper.replaceAll(PLACEHOLDER, id)).toString('base64')}`;
  return { says, kratos: [{ op: 'replace', path: `${pointer}/mapper_url`, value }] };
}

function unfilled(provider: KratosProvider, mapper: string): Finding[] {
  if (!mapper.includes(PLACEHOLDER)) return [];
  return [
    {
      id: 'eid-mapper-unfilled',
      severity: 'error',
      seen: `the mapper of ${dotted(provider.pointer)} still has the placeholder ${PLACEHOLDER}`,
      why: 'It stores the level under an id that no provider has: `required_level` then refuses no sign-up.',
      fix: fillIn(provider, mapper),
    },
  ];
}

/** If the files configure no schema, environment variables of Kratos do. */
function schemasUnknown(kratos: Tree, { policy }: Config): Finding[] {
  const known = listAt(kratos, '/identity/schemas').map((schema) => textAt(schema, '/id'));
  const unknown = Object.keys(policy.requiredLevels).filter((id) => !known.includes(id));
  if (known.length === 0) return [];
  return unknown.map((id) => ({
    id: 'eid-schema-unknown',
    severity: 'error',
    seen: `the policy’s \`required_level\` names the identity schema ${id}; identity.schemas does not have it`,
    why: 'No sign-up uses such a schema: this line enforces nothing.',
    fix: { says: `name one of identity.schemas: ${known.filter((each) => each !== undefined).join(', ')}` },
  }));
}

export const eidRecipe: Check = {
  group: 'eID providers',
  says: 'Kratos offers them, their mappers are filled in, and the policy requires levels for existing schemas',
  applies: hasEid,
  run({ kratos, service, templates }) {
    if (kratos === undefined || service === undefined) return NO_KRATOS_CONFIG;
    const mappers = mappersOf(kratos, service, templates);
    const withPlaceholder = mappers.flatMap(({ provider, mapper }) =>
      mapper !== undefined && 'text' in mapper ? unfilled(provider, mapper.text) : [],
    );
    const found = [...oidcOff(kratos), ...withPlaceholder, ...schemasUnknown(kratos, service)];
    const unread = mappers.flatMap(({ provider, mapper }) =>
      mapper !== undefined && 'unreadable' in mapper ? [`the mapper of ${provider.id}: ${mapper.unreadable}`] : [],
    );
    return found.length > 0 || unread.length === 0 ? found : notCheckable(unread.join('; '));
  },
};

function toDiscovery(result: ProbeResult): DiscoveryAnswer {
  if ('failure' in result) return result;
  if (result.status !== 200) return { failure: `it answers ${result.status}` };
  const { data } = discoveryWire.safeParse(result.json);
  return data === undefined ? { failure: 'it is no discovery document' } : { document: data };
}

/** The same findings as in the log when the service starts. */
export const eidDiscovery: Check = {
  group: 'eID providers',
  says: 'the discovery document of each provider fits EID_PROVIDERS and Kratos',
  applies: hasEid,
  run({ service, observed }) {
    if (service === undefined || observed.eid === undefined) return notCheckable('the providers were not probed');
    return [...observed.eid].flatMap(([id, result]) => {
      const expected = service.EID_PROVIDERS[id];
      const faults = expected === undefined ? [] : providerProblems(expected, toDiscovery(result));
      return faults.map(({ remedy, seen, ...fault }) => ({ ...fault, seen: `${id}: ${seen}`, fix: { says: remedy } }));
    });
  },
};
