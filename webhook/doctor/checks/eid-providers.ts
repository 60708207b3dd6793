import type { Config } from '../../config.ts';
import { discoveryWire } from '../../eid/client.ts';
import { type DiscoverySeen, judgeProvider } from '../../eid/judge.ts';
import { hasEid } from '../eid-hooks.ts';
import { type InKratos, PROVIDERS, providersIn } from '../eid-providers.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted } from '../hooks.ts';
import type { Asked } from '../probes/ask.ts';
import type { Tree } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

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

function seenOf(asked: Asked): DiscoverySeen {
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
      const faults = ours === undefined ? [] : judgeProvider(ours, seenOf(asked));
      return faults.map(({ remedy, seen: what, ...fault }) => ({
        ...fault,
        seen: `${id}: ${what}`,
        fix: { says: remedy },
      }));
    });
  },
};
