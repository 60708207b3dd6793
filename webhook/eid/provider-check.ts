import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import type { Discovery } from '../upstream/issuer-keys.ts';
import type { EidClient } from './client.ts';
import type { EidProviders } from './providers.ts';

/** A provider's discovery document, or why it could not be read; `failure` is a text of ours. */
export type DiscoveryAnswer = { readonly document: Discovery } | { readonly failure: string };

/** One problem of a provider, for the log at the start and the doctor's report. Never a byte of its document. */
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

type ProviderCheck = (document: Discovery, provider: Provider) => EidFault | undefined;

function unreachable(provider: Provider, failure: string): EidFault {
  return {
    id: 'eid-unreachable',
    severity: 'error',
    seen: `the discovery document of ${provider.issuer} cannot be read: ${failure}`,
    why: 'No person can sign up with it, and a person who did waits until its keys can be read.',
    remedy: 'check `issuer` in EID_PROVIDERS, and that this service can reach it',
  };
}

const otherIssuer: ProviderCheck = (document, provider) => {
  if (document.issuer === provider.issuer) return undefined;
  return {
    id: 'eid-other-issuer',
    severity: 'error',
    seen: `the discovery document of ${provider.issuer} names another issuer`,
    why: 'ID tokens carry that name, so none would be accepted. A slash at the end counts.',
    remedy: 'write `issuer` in EID_PROVIDERS, and `issuer_url` in Kratos, exactly as in the document',
  };
};

/** The levels of EID_PROVIDERS include those of the policy: the configuration checks that. */
const unknownLevel: ProviderCheck = ({ acr_values_supported: known }, { levels }) => {
  const unknown = known === undefined ? [] : levels.filter((level) => !known.includes(level));
  if (unknown.length === 0) return undefined;
  return {
    id: 'eid-unknown-level',
    severity: 'warning',
    seen: `its \`acr_values_supported\` does not have ${unknown.join(', ')}`,
    why: 'A level that it never returns is never reached: a person who needs it is refused, or goes to Jumio.',
    remedy: 'use its own names of the levels in EID_PROVIDERS and the policy',
  };
};

/** The methods that Kratos supports. A document without the list means `client_secret_basic` (OpenID Connect Discovery 1.0 §3). */
const SECRET_METHODS = ['client_secret_basic', 'client_secret_post'];

const clientAuthentication: ProviderCheck = ({ token_endpoint_auth_methods_supported: offered }) => {
  if (offered === undefined || offered.some((method) => SECRET_METHODS.includes(method))) return undefined;
  return {
    id: 'eid-client-authentication',
    severity: 'error',
    seen: 'it offers neither `client_secret_basic` nor `client_secret_post`',
    why: 'Kratos authenticates by a client secret only, so it cannot redeem a code here.',
    remedy: 'ask the provider for a client with a secret, not with a key (`private_key_jwt`)',
  };
};

const encrypted: ProviderCheck = ({ id_token_encryption_alg_values_supported: offered = [] }) => {
  if (offered.length === 0) return undefined;
  return {
    id: 'eid-encrypted',
    severity: 'warning',
    seen: 'it can encrypt ID tokens; the document does not say whether it does for your client',
    why: 'Neither Kratos nor this service decrypts one: no person could sign up with it.',
    remedy: 'ask the provider (itsme: for a client-secret account) that ID tokens are signed and not encrypted',
  };
};

const CHECKS: readonly ProviderCheck[] = [otherIssuer, unknownLevel, clientAuthentication, encrypted];

/** Returns the problems of a provider. Pure; the start and the doctor use it. */
export function providerProblems(provider: Provider, answer: DiscoveryAnswer): readonly EidFault[] {
  if ('failure' in answer) return [unreachable(provider, answer.failure)];
  return CHECKS.map((check) => check(answer.document, provider)).filter((fault) => fault !== undefined);
}

async function readDocument(client: EidClient, id: string): Promise<DiscoveryAnswer> {
  try {
    return { document: await client.discover(id) };
  } catch (error) {
    return { failure: error instanceof UpstreamError ? error.message : 'it could not be read' };
  }
}

/** The eID providers, and the client that reads them. */
export interface ProvidersToCheck {
  readonly client: EidClient;
  readonly providers: EidProviders;
}

/** Reads each eID provider's discovery document once, and logs one line per problem. Never rejects. */
export async function logProviderProblems({ client, providers }: ProvidersToCheck, log: Logger): Promise<void> {
  const check = async ([id, provider]: [string, EidProviders[string]]): Promise<void> => {
    for (const { severity, seen, why, remedy } of providerProblems(provider, await readDocument(client, id)))
      log[severity === 'error' ? 'error' : 'warn'](`eID provider ${id}: ${seen}. ${why} Remedy: ${remedy}`);
  };
  await Promise.all(Object.entries(providers).map(check));
}
