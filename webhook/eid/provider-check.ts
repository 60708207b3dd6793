import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import type { Discovery, EidClient } from './client.ts';
import type { EidProviders } from './providers.ts';

/** What was seen of a provider's discovery document; `failure` in our own words. */
export type DiscoveryAnswer = { readonly document: Discovery } | { readonly failure: string };

/** What is wrong with a provider, as the start's log and the doctor's report say it. Never a byte of its document. */
export interface EidFault {
  readonly id:
    | 'eid-unreachable'
    | 'eid-other-issuer'
    | 'eid-unknown-level'
    | 'eid-client-authentication'
    | 'eid-encrypted';
  readonly severity: 'error' | 'warning';
  readonly seen: string;
  readonly why: string;
  readonly remedy: string;
}

type Provider = EidProviders[string];

type Look = (document: Discovery, provider: Provider) => EidFault | undefined;

function unreachable(provider: Provider, failure: string): EidFault {
  return {
    id: 'eid-unreachable',
    severity: 'error',
    seen: `the discovery document of ${provider.issuer} cannot be had: ${failure}`,
    why: 'Nobody can sign up with it, and whoever did waits until its keys can be read.',
    remedy: 'check `issuer` in EID_PROVIDERS, and that this service can reach it',
  };
}

const otherIssuer: Look = (document, provider) => {
  if (document.issuer === provider.issuer) return undefined;
  return {
    id: 'eid-other-issuer',
    severity: 'error',
    seen: `the discovery document of ${provider.issuer} names another issuer`,
    why: 'ID tokens carry that name, so that none would be evidence. A slash at the end counts.',
    remedy: 'write `issuer` in EID_PROVIDERS, and `issuer_url` in Kratos, as the document has it, to the letter',
  };
};

/** The policy names no level that EID_PROVIDERS does not list: that was checked when both were read. */
const unknownLevel: Look = ({ acr_values_supported: known }, { levels }) => {
  const unknown = known === undefined ? [] : levels.filter((level) => !known.includes(level));
  if (unknown.length === 0) return undefined;
  return {
    id: 'eid-unknown-level',
    severity: 'warning',
    seen: `its \`acr_values_supported\` does not have ${unknown.join(', ')}`,
    why: 'A level that it never returns is never reached: whoever it is required of is refused, or goes to Jumio.',
    remedy: 'take its own names for the levels into EID_PROVIDERS and the policy',
  };
};

/** What Kratos can do. A document without the list means `client_secret_basic` (OpenID Connect Discovery 1.0 §3). */
const BY_SECRET = ['client_secret_basic', 'client_secret_post'];

const clientAuthentication: Look = ({ token_endpoint_auth_methods_supported: offered }) => {
  if (offered === undefined || offered.some((method) => BY_SECRET.includes(method))) return undefined;
  return {
    id: 'eid-client-authentication',
    severity: 'error',
    seen: 'it offers neither `client_secret_basic` nor `client_secret_post`',
    why: 'Kratos proves who it is by a secret only, so that it cannot redeem a code here.',
    remedy: 'ask the provider for a client with a secret, not with a key (`private_key_jwt`)',
  };
};

const encrypted: Look = ({ id_token_encryption_alg_values_supported: offered = [] }) => {
  if (offered.length === 0) return undefined;
  return {
    id: 'eid-encrypted',
    severity: 'warning',
    seen: 'it can encrypt ID tokens; whether it does for your client, the document does not say',
    why: 'Neither Kratos nor this service decrypts one: nobody could sign up with it.',
    remedy: 'ask the provider (itsme: for a client-secret account) that ID tokens are signed and not encrypted',
  };
};

const LOOKS: readonly Look[] = [otherIssuer, unknownLevel, clientAuthentication, encrypted];

/** Judges what a provider says of itself: a pure function, for the start and for the doctor. */
export function providerProblems(provider: Provider, seen: DiscoveryAnswer): readonly EidFault[] {
  if ('failure' in seen) return [unreachable(provider, seen.failure)];
  return LOOKS.map((look) => look(seen.document, provider)).filter((fault) => fault !== undefined);
}

async function seenOf(client: EidClient, id: string): Promise<DiscoveryAnswer> {
  try {
    return { document: await client.discover(id) };
  } catch (error) {
    return { failure: error instanceof UpstreamError ? error.message : 'it could not be read' };
  }
}

export interface StartCheck {
  readonly client: EidClient;
  readonly providers: EidProviders;
}

/** Asks each eID provider once what it says of itself, and logs a line for everything that is wrong. Never rejects. */
export async function logProviderProblems({ client, providers }: StartCheck, log: Logger): Promise<void> {
  const look = async ([id, provider]: [string, EidProviders[string]]): Promise<void> => {
    for (const { severity, seen, why, remedy } of providerProblems(provider, await seenOf(client, id)))
      log[severity === 'error' ? 'error' : 'warn'](`eID provider ${id}: ${seen}. ${why} Remedy: ${remedy}`);
  };
  await Promise.all(Object.entries(providers).map(look));
}
