import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
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

/** The settings in force in a process: its version, policy, mode of the gate and secrets. Its answer to an operator; names are stable. */
export const applied = z.object({
  version: z.string(),
  /** The hash of the policy. */
  policy: z.string(),
  mode: z.string(),
  on_failure: z.string(),
  /** By variable: a fingerprint of each value, in their order; empty if it is not set. */
  secrets: z.record(z.string(), z.array(z.string())),
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

/** Returns what a process with this configuration applies. */
export function settingsInForce(config: Config): Applied {
  return {
    version: VERSION,
    policy: config.policy.hash,
    mode: config.GATE_MODE,
    on_failure: config.ON_FAILURE,
    secrets: Object.fromEntries(NAMED_SECRETS.map((name) => [name, fingerprintsOf(config[name])])),
  };
}

/** One thing that the running service applies otherwise than it is read here. */
export interface Difference {
  readonly what: 'policy' | 'mode' | 'on_failure' | 'version' | 'secret';
  /** The variable or the word for it, as a message names it. */
  readonly name: string;
  readonly running: string;
  readonly here: string;
}

const NAMES = { policy: 'POLICY', mode: 'GATE_MODE', on_failure: 'ON_FAILURE', version: 'the version' } as const;

function listed(fingerprints: readonly string[] = []): string {
  return fingerprints.length === 0 ? 'not set' : fingerprints.join(', ');
}

/** Returns where the running service differs from what is read here. */
export function differencesOf(running: Applied, here: Applied): Difference[] {
  const words = (['policy', 'mode', 'on_failure', 'version'] as const).map((what) => {
    return { what, name: NAMES[what], running: running[what], here: here[what] };
  });
  const secrets = NAMED_SECRETS.map((name) => {
    return { what: 'secret' as const, name, running: listed(running.secrets[name]), here: listed(here.secrets[name]) };
  });
  return [...words, ...secrets].filter((each) => each.running !== each.here);
}
