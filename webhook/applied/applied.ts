import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { subscriptionOf } from '../events/index.ts';
import { VERSION } from '../version.ts';

const NAMED_SECRETS = [
  'ORY_WEBHOOK_SECRET',
  'ORY_API_KEY',
  'JUMIO_CLIENT_SECRET',
  'JUMIO_CALLBACK_SECRET',
  'HANDOVER_SECRET',
  'DECISION_SECRET',
  'TWILIO_API_SECRET',
] as const;

const endpoint = z.object({
  /** As `WEBHOOKS` names it. */
  name: z.string(),
  types: z.array(z.string()),
  /** A fingerprint of its address, types and secrets together. */
  fingerprint: z.string(),
  /** Whether it has answered 410, and gets no events; null: not known, because the ledger cannot be read. */
  stopped: z.boolean().nullable(),
});

/** The settings in force in a process: its version, policy, mode of the gate, secrets and endpoints. Its answer to an operator; names are stable. */
export const applied = z.object({
  version: z.string(),
  /** The hash of the policy. */
  policy: z.string(),
  mode: z.string(),
  on_failure: z.string(),
  /** By variable: a fingerprint of each value, in their order; empty if it is not set. */
  secrets: z.record(z.string(), z.array(z.string())),
  /** The endpoints of signed events, without their addresses; a version of before them has no such member. */
  endpoints: z.array(endpoint).optional(),
});

/** A parsed `applied`. */
export type Applied = z.infer<typeof applied>;

/** As much as tells two secrets apart, and too little to find one by trying: very many texts have the same. */
const FINGERPRINT_DIGITS = 8;

/** Returns the fingerprint of a secret. It is computed from the secret; the secret cannot be computed from it. */
function fingerprint(secret: string): string {
  return createHmac('sha256', secret).update('kratos-jumio-bridge').digest('hex').slice(0, FINGERPRINT_DIGITS);
}

function fingerprintsOf(value: string | readonly string[] | undefined): string[] {
  return (typeof value === 'string' ? [value] : (value ?? [])).map(fingerprint);
}

type AppliedEndpoint = z.infer<typeof endpoint>;

function endpointsOf({ WEBHOOKS: events }: Config): AppliedEndpoint[] {
  return (events?.endpoints ?? []).map(subscriptionOf).map(({ name, types, fingerprint: whole }) => {
    return { name, types: [...types], fingerprint: whole.slice(0, FINGERPRINT_DIGITS), stopped: null };
  });
}

/** Returns what a process with this configuration applies. */
export function settingsInForce(config: Config): Applied & { readonly endpoints: AppliedEndpoint[] } {
  return {
    version: VERSION,
    policy: config.policy.hash,
    mode: config.GATE_MODE,
    on_failure: config.ON_FAILURE,
    secrets: Object.fromEntries(NAMED_SECRETS.map((name) => [name, fingerprintsOf(config[name])])),
    endpoints: endpointsOf(config),
  };
}

/** What a ledger says of an endpoint. */
interface StoredEndpoint {
  readonly name: string;
  readonly stoppedAt: number | null;
}

/**
 * Returns what a running process applies, which knows what its ledger says of the endpoints.
 * @param stored is not called where there are none; may reject
 */
export async function appliedNow(
  inForce: ReturnType<typeof settingsInForce>,
  stored: () => Promise<readonly StoredEndpoint[]>,
): Promise<Applied> {
  if (inForce.endpoints.length === 0) return inForce;
  const known = await stored().catch(() => []);
  const endpoints = inForce.endpoints.map((one) => {
    const row = known.find(({ name }) => name === one.name);
    return { ...one, stopped: row === undefined ? null : row.stoppedAt !== null };
  });
  return { ...inForce, endpoints };
}

/** One thing that the running service applies otherwise than it is read here. */
export interface Difference {
  readonly what: 'policy' | 'mode' | 'on_failure' | 'version' | 'secret' | 'endpoint';
  /** The variable or the word for it, as a message names it. */
  readonly name: string;
  readonly running: string;
  readonly here: string;
}

const NAMES = { policy: 'POLICY', mode: 'GATE_MODE', on_failure: 'ON_FAILURE', version: 'the version' } as const;

function listed(fingerprints: readonly string[] = []): string {
  return fingerprints.length === 0 ? 'not set' : fingerprints.join(', ');
}

/** The endpoints of both sides by name, with their fingerprints. A version of before them says nothing. */
function endpointsBeside({ endpoints: running }: Applied, { endpoints: here = [] }: Applied) {
  if (running === undefined) return [];
  const said = (of: readonly AppliedEndpoint[], wanted: string) =>
    of.find(({ name }) => name === wanted)?.fingerprint ?? 'not configured';
  return [...new Set([...running, ...here].map(({ name }) => name))].map((name) => {
    return {
      what: 'endpoint' as const,
      name: `WEBHOOKS, endpoint ${name}`,
      running: said(running, name),
      here: said(here, name),
    };
  });
}

/** Returns where the running service differs from what is read here. */
export function differencesOf(running: Applied, here: Applied): Difference[] {
  const words = (['policy', 'mode', 'on_failure', 'version'] as const).map((what) => {
    return { what, name: NAMES[what], running: running[what], here: here[what] };
  });
  const secrets = NAMED_SECRETS.map((name) => {
    return { what: 'secret' as const, name, running: listed(running.secrets[name]), here: listed(here.secrets[name]) };
  });
  return [...words, ...secrets, ...endpointsBeside(running, here)].filter((each) => each.running !== each.here);
}
