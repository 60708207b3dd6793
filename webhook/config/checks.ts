import { isIP } from 'node:net';
import type { EidProviders } from '../eid/providers.ts';
import type { OperatorSettings } from '../operators/index.ts';
import type { TransactionSettings } from '../transactions/settings.ts';
import type { Policy } from '../verification/policy/index.ts';
import { levelsNamedBy, unknownLevels } from './documents.ts';
import { dataCentreOf, isOfVendor, staysInside } from './hosts.ts';
import type { ConfigProblem } from './problem.ts';
import type { ListenAddress } from './values.ts';

/** No two of them may be the same: each authenticates another caller. */
const SECRETS = ['ORY_WEBHOOK_SECRET', 'JUMIO_CALLBACK_SECRET', 'HANDOVER_SECRET', 'DECISION_SECRET'] as const;

type Secrets = Partial<Readonly<Record<(typeof SECRETS)[number], readonly string[] | undefined>>>;

interface PageUrls {
  readonly PUBLIC_URL?: string | undefined;
  readonly KRATOS_PUBLIC_URL?: string | undefined;
}

interface Values extends Secrets, PageUrls, CalledUrls, ListenerValues, TwilioValues {
  readonly ORY_API_KEY?: string | undefined;
  readonly TRANSACTIONS?: TransactionSettings | undefined;
  readonly OPERATORS?: OperatorSettings | undefined;
  readonly EVIDENCE?: 'off' | 'details' | 'images' | undefined;
}

/** Each secret must differ from all before it, also from the old values during a rotation. */
function sharedSecrets(values: Secrets): ConfigProblem[] {
  return SECRETS.flatMap((name, index) => {
    const others = SECRETS.slice(0, index).filter((other) => values[name]?.some((one) => values[other]?.includes(one)));
    return others.map((other) => ({ name, expected: `another secret than ${other}`, seen: 'the same' }));
  });
}

/** The pages exist only if both are set. */
function missingPageUrls(urls: PageUrls) {
  return (['PUBLIC_URL', 'KRATOS_PUBLIC_URL'] as const).filter((name) => urls[name] === undefined);
}

/** Whether the pages are configured, so that a refusal can lead to one. */
export function hasPages(urls: PageUrls): boolean {
  return missingPageUrls(urls).length === 0;
}

function pageUrlsMissing(urls: PageUrls, reason: string): ConfigProblem[] {
  return missingPageUrls(urls).map((name) => ({ name, expected: `a URL, because ${reason}`, seen: 'nothing' }));
}

/** A one-time link leads to a page. */
function handoverWithoutPages(values: Values): ConfigProblem[] {
  return values.HANDOVER_SECRET === undefined ? [] : pageUrlsMissing(values, 'HANDOVER_SECRET is set');
}

/** Payers approve on a page of ours, with their session of Kratos. */
function transactionsWithoutPages(values: Values): ConfigProblem[] {
  return values.TRANSACTIONS === undefined ? [] : pageUrlsMissing(values, 'TRANSACTIONS is set');
}

/** Operators sign in with their session of Kratos, on pages of ours. */
function operatorsWithoutPages(values: Values): ConfigProblem[] {
  return values.OPERATORS === undefined ? [] : pageUrlsMissing(values, 'OPERATORS is set');
}

/** Only operators look at what Jumio has. */
function evidenceWithoutOperators({ OPERATORS, EVIDENCE = 'off' }: Values): ConfigProblem[] {
  if (EVIDENCE === 'off' || OPERATORS !== undefined) return [];
  return [{ name: 'OPERATORS', expected: 'a value, because EVIDENCE is set', seen: 'nothing' }];
}

/** A browser offers a passkey of a relying party only to the hosts below it (the rule of WebAuthn). */
function passkeyElsewhere({ TRANSACTIONS: settings, PUBLIC_URL: publicUrl }: Values): ConfigProblem[] {
  const id = settings?.passkey?.rp_id;
  if (id === undefined || publicUrl === undefined) return [];
  const { hostname } = new URL(publicUrl);
  if (hostname === id || hostname.endsWith(`.${id}`)) return [];
  const expected = `passkey.rp_id to be ${hostname} or a domain above it, because PUBLIC_URL is there`;
  return [{ name: 'TRANSACTIONS', expected, seen: JSON.stringify(id) }];
}

/** The credentials and the service of Twilio, which are set together or not at all, and where codes are sent they are. */
const TWILIO = ['TWILIO_API_KEY', 'TWILIO_API_SECRET', 'TWILIO_VERIFY_SERVICE'] as const;

type TwilioValues = Partial<Readonly<Record<(typeof TWILIO)[number], string | undefined>>>;

/** Why Twilio must be set: a client offers codes by SMS, or one of the three is set, which is of no use without the others. */
function whyTwilio(values: Values): string | undefined {
  const clients = Object.entries(values.TRANSACTIONS?.clients ?? {});
  const client = clients.find(([, { factors }]) => factors.includes('sms'))?.[0];
  if (client !== undefined) return `the client ${client} of TRANSACTIONS has the factor sms`;
  const set = TWILIO.find((name) => values[name] !== undefined);
  return set && `${set} is set`;
}

function twilioIncomplete(values: Values): ConfigProblem[] {
  const why = whyTwilio(values);
  const missing = why === undefined ? [] : TWILIO.filter((name) => values[name] === undefined);
  return missing.map((name) => ({ name, expected: `a value, because ${why}`, seen: 'nothing' }));
}

interface ListenerValues {
  readonly PORT?: number | undefined;
  readonly HOOKS_PORT?: number | undefined;
  readonly HOOKS_HOST?: string | undefined;
  readonly METRICS_ADDRESS?: ListenAddress | undefined;
}

/** Two listeners need two ports; an address alone opens none. */
function listenersClash({ PORT, HOOKS_PORT, HOOKS_HOST }: ListenerValues): ConfigProblem[] {
  if (HOOKS_PORT === undefined)
    return HOOKS_HOST === undefined
      ? []
      : [{ name: 'HOOKS_PORT', expected: 'a port, because HOOKS_HOST is set', seen: 'nothing' }];
  if (HOOKS_PORT !== PORT || HOOKS_PORT === 0) return [];
  return [{ name: 'HOOKS_PORT', expected: 'another port than PORT', seen: 'the same' }];
}

/** Metrics on a port that people or Kratos reach would be read by them. */
function metricsClash({ PORT, HOOKS_PORT, METRICS_ADDRESS }: ListenerValues): ConfigProblem[] {
  const port = METRICS_ADDRESS?.port;
  const taken = port === PORT ? 'PORT' : 'HOOKS_PORT';
  if (port === undefined || port === 0 || (port !== PORT && port !== HOOKS_PORT)) return [];
  return [{ name: 'METRICS_ADDRESS', expected: `another port than ${taken}`, seen: 'the same' }];
}

/** The URLs that this service calls with credentials. */
const CALLED = [
  'KRATOS_ADMIN_URL',
  'KRATOS_PUBLIC_URL',
  'JUMIO_AUTH_URL',
  'JUMIO_API_BASE_URL',
  'JUMIO_RETRIEVAL_BASE_URL',
  'TWILIO_VERIFY_URL',
] as const;

type CalledUrls = Partial<Readonly<Record<(typeof CALLED)[number], string | undefined>>>;

interface SentValues extends TwilioValues {
  readonly ORY_API_KEY?: string | undefined;
}

/** The credential that is sent to a URL, where the operator chooses its host. */
const SENT_TO: Partial<Readonly<Record<(typeof CALLED)[number], keyof SentValues>>> = {
  KRATOS_ADMIN_URL: 'ORY_API_KEY',
  TWILIO_VERIFY_URL: 'TWILIO_API_SECRET',
};

/** Without https a URL would show credentials to the network: a URL of a vendor, and any other to which one is sent out of the operator's network. */
function withoutHttps(values: CalledUrls & SentValues): ConfigProblem[] {
  return CALLED.flatMap((name) => {
    const url = values[name];
    if (url === undefined || new URL(url).protocol === 'https:') return [];
    const seen = new URL(url).origin;
    if (isOfVendor(url)) return [{ name, expected: 'https, because it is a host of Jumio, Ory or Twilio', seen }];
    const credential = SENT_TO[name];
    if (credential === undefined || values[credential] === undefined || staysInside(url)) return [];
    const expected = `https or a host inside your network, because ${credential} is sent to it`;
    return [{ name, expected, seen }];
  });
}

/** The client secret goes to the token endpoint, so it must be that of the data centre whose API is called. */
function tokenEndpointElsewhere({ JUMIO_AUTH_URL: auth, JUMIO_API_BASE_URL: api }: CalledUrls): ConfigProblem[] {
  const dataCentre = api === undefined ? undefined : dataCentreOf(api);
  if (auth === undefined || dataCentre === undefined || dataCentreOf(auth) === dataCentre) return [];
  const expected = `https://auth.${dataCentre}.jumio.ai/oauth2/token, because JUMIO_API_BASE_URL is in ${dataCentre}`;
  return [{ name: 'JUMIO_AUTH_URL', expected, seen: new URL(auth).origin }];
}

/** Jumio refuses callback and return URLs with another scheme, a port or an IP address (docs/reference/jumio.md#35-url-rules). */
function isAcceptedByJumio(publicUrl: string): boolean {
  const { protocol, port, hostname } = new URL(publicUrl);
  return protocol === 'https:' && port === '' && isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
}

/** Returns the problems of variables that are right each by itself, but not together. */
export function crossChecks(values: Values): ConfigProblem[] {
  const problems: ConfigProblem[] = [
    ...sharedSecrets(values),
    ...handoverWithoutPages(values),
    ...transactionsWithoutPages(values),
    ...operatorsWithoutPages(values),
    ...evidenceWithoutOperators(values),
    ...passkeyElsewhere(values),
    ...twilioIncomplete(values),
    ...listenersClash(values),
    ...metricsClash(values),
    ...withoutHttps(values),
    ...tokenEndpointElsewhere(values),
  ];
  const { PUBLIC_URL: publicUrl, JUMIO_API_BASE_URL: apiUrl } = values;
  if (publicUrl !== undefined && new URL(publicUrl).href !== new URL('/', publicUrl).href) {
    const expected = 'scheme and host only, without a path, because the pages and their cookies need /jumio';
    problems.push({ name: 'PUBLIC_URL', expected, seen: 'a path, a query or a fragment' });
  }
  if (publicUrl !== undefined && apiUrl !== undefined && isOfVendor(apiUrl) && !isAcceptedByJumio(publicUrl)) {
    const expected = 'https, without a port and without an IP address, because Jumio accepts nothing else';
    problems.push({ name: 'PUBLIC_URL', expected, seen: new URL(publicUrl).origin });
  }
  return problems;
}

/** Returns a problem for each provider and level that the policy names and EID_PROVIDERS lacks. */
export function eidProblems(providers: EidProviders, policy: Policy): ConfigProblem[] {
  return levelsNamedBy(policy).flatMap(({ place, id, levels }): ConfigProblem[] => {
    if (!Object.hasOwn(providers, id))
      return [{ name: place, expected: 'a provider that EID_PROVIDERS describes', seen: JSON.stringify(id) }];
    const seen = unknownLevels(providers, id, levels);
    const expected = 'levels that EID_PROVIDERS lists for it';
    return seen.length === 0 ? [] : [{ name: place, expected, seen: JSON.stringify(seen) }];
  });
}

/** Returns a problem for each missing URL if the policy offers a continuation link (`block_with_way_on`), which leads to a page. */
export function continuationWithoutPages({ rules, otherwise }: Policy, values: PageUrls): ConfigProblem[] {
  const isOffered = [...rules, otherwise].some(({ decision }) => decision === 'block_with_way_on');
  return isOffered ? pageUrlsMissing(values, 'the policy has `block_with_way_on`') : [];
}

/** What the pages say about the operator: the variable, and what nobody reads without it. */
const SAID_ON_PAGES = [
  ['BRAND_NAME', 'who is responsible for the data, so that nobody can agree to it knowingly'],
  ['PRIVACY_URL', 'where the privacy policy is'],
  ['SUPPORT_ADDRESS', 'where people find help, and have their data erased'],
  ['DEFAULT_RETURN_URL', 'where people go on who came without a `return_to`'],
] as const;

type SaidOnPages = Partial<Readonly<Record<(typeof SAID_ON_PAGES)[number][0], unknown>>>;

/** Returns the variables that the pages need to be complete and that are not set, each with what nobody then reads. Without pages: none. */
export function unsaidOnPages(values: PageUrls & SaidOnPages): { readonly name: string; readonly unsaid: string }[] {
  if (!hasPages(values)) return [];
  return SAID_ON_PAGES.filter(([name]) => values[name] === undefined).map(([name, unsaid]) => ({ name, unsaid }));
}
