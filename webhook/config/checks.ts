import { isIP } from 'node:net';
import type { EidProviders } from '../eid/providers.ts';
import type { Policy } from '../verification/policy/index.ts';
import { type Addresses, named, unknownLevels } from './documents.ts';
import type { ConfigProblem } from './problem.ts';

/** Who knows one of them must not be able to use another. */
const SECRETS = ['ORY_WEBHOOK_SECRET', 'JUMIO_CALLBACK_SECRET', 'HANDOVER_SECRET', 'DECISION_SECRET'] as const;

type Secrets = Partial<Readonly<Record<(typeof SECRETS)[number], readonly string[] | undefined>>>;

interface Checked extends Secrets {
  readonly JUMIO_API_BASE_URL?: string | undefined;
  readonly PUBLIC_URL?: string | undefined;
  readonly KRATOS_PUBLIC_URL?: string | undefined;
}

/** Each secret differs from all those before it, the old values of a turn-over among them. */
function sharedSecrets(values: Secrets): ConfigProblem[] {
  return SECRETS.flatMap((name, index) => {
    const others = SECRETS.slice(0, index).filter((other) => values[name]?.some((one) => values[other]?.includes(one)));
    return others.map((other) => ({ name, expected: `another secret than ${other}`, seen: 'the same' }));
  });
}

/** A one-time address leads to a page of ours. */
function handoverWithoutPages(values: Checked): ConfigProblem[] {
  if (values.HANDOVER_SECRET === undefined) return [];
  const missing = (['PUBLIC_URL', 'KRATOS_PUBLIC_URL'] as const).filter((name) => values[name] === undefined);
  return missing.map((name) => ({ name, expected: 'a URL, because HANDOVER_SECRET is set', seen: 'nothing' }));
}

function isJumioHost(url: string | undefined): boolean {
  return url !== undefined && new URL(url).hostname.endsWith('.jumio.ai');
}

/** Jumio refuses callback and return URLs with another scheme, a port or an IP address (docs/reference/jumio.md#35-url-rules). */
function isFitForJumio(publicUrl: string): boolean {
  const { protocol, port, hostname } = new URL(publicUrl);
  return protocol === 'https:' && port === '' && isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
}

/** What can only be judged of several variables together. */
export function crossChecks(values: Checked): ConfigProblem[] {
  const problems: ConfigProblem[] = [...sharedSecrets(values), ...handoverWithoutPages(values)];
  const { PUBLIC_URL: publicUrl } = values;
  if (publicUrl !== undefined && new URL(publicUrl).href !== new URL('/', publicUrl).href) {
    const expected = 'scheme and host only, without a path: cookies and pages live below /jumio';
    problems.push({ name: 'PUBLIC_URL', expected, seen: 'a path, a query or a fragment' });
  }
  if (publicUrl !== undefined && isJumioHost(values.JUMIO_API_BASE_URL) && !isFitForJumio(publicUrl)) {
    const expected = 'https, without a port and without an IP address, because Jumio accepts nothing else';
    problems.push({ name: 'PUBLIC_URL', expected, seen: new URL(publicUrl).origin });
  }
  return problems;
}

/** A policy can only speak of providers and levels that EID_PROVIDERS has. */
export function eidProblems(providers: EidProviders, policy: Policy): ConfigProblem[] {
  return named(policy).flatMap(({ place, id, levels }): ConfigProblem[] => {
    if (!Object.hasOwn(providers, id))
      return [{ name: place, expected: 'a provider that EID_PROVIDERS describes', seen: JSON.stringify(id) }];
    const seen = unknownLevels(providers, id, levels);
    const expected = 'levels that EID_PROVIDERS lists for it';
    return seen.length === 0 ? [] : [{ name: place, expected, seen: JSON.stringify(seen) }];
  });
}

/** A way on leads to a page of ours. */
export function wayOnWithoutPages({ rules, otherwise }: Policy, values: Addresses): ConfigProblem[] {
  if (![...rules, otherwise].some(({ decision }) => decision === 'block_with_way_on')) return [];
  const missing = (['PUBLIC_URL', 'KRATOS_PUBLIC_URL'] as const).filter((name) => values[name] === undefined);
  return missing.map((name) => ({ name, expected: 'a URL, because the policy offers a way on', seen: 'nothing' }));
}
