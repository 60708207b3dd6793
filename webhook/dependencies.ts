import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import {
  announce,
  announceCurrent,
  createEventRetention,
  createEventWork,
  type EventContext,
  endpointsOf,
  type ObserveTry,
  subscriptionOf,
} from './events/index.ts';
import type { HintClient } from './hint/client.ts';
import type { Phase } from './http/health.ts';
import { createJumioClient } from './jumio/client.ts';
import { baseUrls, type SdkDataCentre, sdkDataCentre } from './jumio/regions.ts';
import type { JumioClientOptions } from './jumio/types.ts';
import { createKratosClient, NOBODY } from './kratos/client.ts';
import { type Ledger, type LedgerOptions, openLedger } from './ledger/ledger.ts';
import type { ObserveAnswer } from './logging.ts';
import { type OperatorsNow, operatorsInFile, type ProxySettings } from './operators/index.ts';
import type { ProxyClient } from './proxy/client.ts';
import { createReceiverClient } from './receiver/client.ts';
import { createTexts, type Texts } from './texts/texts.ts';
import type { FaceContext, Factors } from './transactions/index.ts';
import { createUpstreamHealth, placeOf } from './upstream/health.ts';
import { CALL_DEADLINE_MS, type Observe } from './upstream/http.ts';
import { createProbing, type Probe, type Probing } from './upstream/probing.ts';
import type { Clock, Context, OtherWork, Waits, Worker } from './verification/context.ts';
import { createDayCounting } from './verification/day-counting.ts';
import { mintReference } from './verification/execution/index.ts';
import type { Observer } from './verification/observer.ts';
import { normalize, referenceFace } from './verification/record/index.ts';
import { createWriteSignal } from './verification/waiting.ts';
import { createWorker } from './verification/worker.ts';

/** The collaborators of the app and the worker. */
export interface Dependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly ctx: Context;
  readonly worker: Worker;
  /** What comparing the faces of payers needs; undefined: no payments are configured. */
  readonly faces: FaceContext | undefined;
  /** What sending signed events needs; undefined: no endpoint is configured. */
  readonly events: EventContext | undefined;
  readonly texts: Texts;
  /** With what payers approve payments; none where payments are not configured. */
  readonly factors: Factors;
  /** Verifies the hints that applications sign; undefined: none does. */
  readonly hints: HintClient | undefined;
  /** Who works at the console; undefined: there is none. */
  readonly operators: OperatorsNow | undefined;
  /** Verifies what an identity-aware proxy in front of the console signed. */
  readonly verifyAssertion: ProxyVerifier;
  /** The data centre at which Jumio's SDK tokens are valid; undefined: not a known one of Jumio's. */
  readonly dataCentre: SdkDataCentre | undefined;
  readonly phase: Phase;
  /** The upstreams that do not answer. */
  readonly unreachable: () => readonly string[];
  /** The probes of upstreams that nobody speaks to; they do not run until they are started. */
  readonly probing: Probing;
  /** Why log lines are being dropped at this moment; undefined: none is. */
  readonly logProblem: () => string | undefined;
  /** Is told of each answer; undefined: nobody counts them. */
  readonly observeRequests: Observers['requests'] | undefined;
}

/** Those who count what the service does. */
export interface Observers {
  readonly calls: Observe;
  readonly requests: ObserveAnswer;
  readonly verification: Observer;
  readonly deliveries: ObserveTry;
}

/**
 * A sign-up waits so that the ids are usually on the identity when Kratos continues. Kratos itself would wait 30 s
 * (docs/reference/kratos.md#2-http-behaviour-of-the-webhook-client).
 */
const WAITS: Waits = { signUpMs: 2_000, linkMs: 4_000, visitMs: 2_000 };

/** In shadow mode a rejection has none: each becomes an event. */
const NO_CONSEQUENCES: Context['onRejected'] = { revokeSessions: false, deactivate: false };

function ownUrl(publicUrl: string | undefined, path: string): string | undefined {
  return publicUrl === undefined ? undefined : publicUrl.replace(/\/*$/, path);
}

/** The URLs of this service that a create call names; the return URLs only if there are pages to return to (docs/design.md#configuration). */
function callbackUrls({ PUBLIC_URL, KRATOS_PUBLIC_URL }: Config): Partial<JumioClientOptions> {
  const callbackUrl = ownUrl(PUBLIC_URL, '/jumio/callback');
  const status = KRATOS_PUBLIC_URL === undefined ? undefined : ownUrl(PUBLIC_URL, '/jumio/status');
  return {
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...(status === undefined ? {} : { successUrl: status, errorUrl: status }),
  };
}

function jumioClient(config: Config, clock: Clock, observe: Observe) {
  const base = baseUrls(config.JUMIO_API_BASE_URL, config.JUMIO_RETRIEVAL_BASE_URL);
  return createJumioClient({
    ...callbackUrls(config),
    authUrl: config.JUMIO_AUTH_URL,
    accountBaseUrl: base.account,
    retrievalBaseUrl: base.retrieval,
    clientId: config.JUMIO_CLIENT_ID,
    clientSecret: config.JUMIO_CLIENT_SECRET,
    workflowKey: config.JUMIO_WORKFLOW_KEY,
    linkLifetime: config.JUMIO_LINK_LIFETIME,
    userAgent: config.userAgent,
    now: () => clock.now(),
    observe,
  });
}

function kratosClient(config: Config, observe: Observe) {
  return createKratosClient({
    adminUrl: config.KRATOS_ADMIN_URL,
    ...(config.KRATOS_PUBLIC_URL === undefined ? {} : { publicUrl: config.KRATOS_PUBLIC_URL }),
    ...(config.ORY_API_KEY === undefined ? {} : { apiKey: config.ORY_API_KEY }),
    ...(config.LOCALE_TRAIT === undefined ? {} : { localeTrait: config.LOCALE_TRAIT }),
    userAgent: config.userAgent,
    observe,
  });
}

/** Loads what reads tokens only where there are providers. */
async function eidOf(
  { EID_PROVIDERS: providers, userAgent }: Config,
  clock: Clock,
  observe: Observe,
): Promise<Context['eid']> {
  if (Object.keys(providers).length === 0) return undefined;
  const { createEidClient } = await import('./eid/client.ts');
  const options = { providers, userAgent, now: () => clock.now(), observe };
  return { client: createEidClient(options), providers };
}

/** What building the factors takes. */
interface FactorSources extends Pick<Context, 'kratos' | 'log'> {
  readonly observe: Observe;
  readonly faces: FaceContext | undefined;
  /** Wakes the worker. */
  readonly wake: () => void;
}

async function passkeyOf({ TRANSACTIONS: settings, PUBLIC_URL: publicUrl }: Config, { kratos, log }: FactorSources) {
  if (settings?.passkey === undefined || publicUrl === undefined) return undefined;
  const { createPasskeyFactor } = await import('./transactions/index.ts');
  const { verifyAssertion: verify } = await import('./passkey/verify.ts');
  return createPasskeyFactor({ kratos, verify, settings, publicUrl, log });
}

async function smsOf(config: Config, { log, observe }: FactorSources) {
  const { TRANSACTIONS: settings, TWILIO_API_KEY: apiKey, TWILIO_API_SECRET: apiSecret, userAgent } = config;
  const { TWILIO_VERIFY_SERVICE: serviceSid, TWILIO_VERIFY_URL: baseUrl } = config;
  if (settings === undefined || apiKey === undefined || apiSecret === undefined || serviceSid === undefined)
    return undefined;
  const { createSmsFactor } = await import('./transactions/index.ts');
  const { createTwilioClient } = await import('./twilio/client.ts');
  const twilio = createTwilioClient({ baseUrl, apiKey, apiSecret, serviceSid, userAgent, observe });
  return createSmsFactor({ twilio, log, settings });
}

async function faceOf({ TRANSACTIONS: settings }: Config, { faces, wake }: FactorSources) {
  if (settings?.face === undefined || faces === undefined) return undefined;
  const { createFaceFactor } = await import('./transactions/index.ts');
  return createFaceFactor(faces, { workflowKey: settings.face.workflow_key, wake });
}

/** Returns the factors that the configuration allows. Their code is loaded only where payments are configured. */
export async function factorsOf(config: Config, sources: FactorSources): Promise<Factors> {
  const [passkey, sms, face] = await Promise.all([
    passkeyOf(config, sources),
    smsOf(config, sources),
    faceOf(config, sources),
  ]);
  return { ...(passkey && { passkey }), ...(sms && { sms }), ...(face && { face }) };
}

async function hintsOf(
  { TRANSACTIONS: settings, PUBLIC_URL, userAgent }: Config,
  clock: Clock,
): Promise<HintClient | undefined> {
  const issuers = new Map<string, string>();
  for (const [id, { hint }] of Object.entries(settings?.clients ?? {}))
    if (hint !== undefined) issuers.set(id, hint.issuer);
  if (issuers.size === 0 || PUBLIC_URL === undefined) return undefined;
  const own = PUBLIC_URL.replace(/\/+$/, '');
  const { createHintClient } = await import('./hint/client.ts');
  return createHintClient({ issuers, audience: [own, `${own}/`], userAgent, now: () => clock.now() });
}

/** Returns who works at the console, as it is at the moment of a request; undefined: there is no console. */
function operatorsOf({ OPERATORS: settings, operatorsFile }: Config): OperatorsNow | undefined {
  if (settings === undefined) return undefined;
  return operatorsFile === undefined ? async () => settings : operatorsInFile(operatorsFile);
}

/** Verifies an assertion by the proxy that the list of operators names now. */
type ProxyVerifier = (proxy: ProxySettings, assertion: string) => ReturnType<ProxyClient['verify']>;

/** The client of a proxy and its keys are kept while the list names the same one. Its code is loaded with the first assertion. */
function proxiesOf({ userAgent }: Config, clock: Clock): ProxyVerifier {
  let last: { readonly of: string; readonly client: Promise<ProxyClient> } | undefined;
  const clientOf = async ({ signed_in: signedIn, ...proxy }: ProxySettings): Promise<ProxyClient> => {
    const { createProxyClient } = await import('./proxy/client.ts');
    return createProxyClient({ ...proxy, signedIn, userAgent, now: () => clock.now() });
  };
  return async (proxy, assertion) => {
    const of = JSON.stringify(proxy);
    if (last?.of !== of) last = { of, client: clientOf(proxy) };
    return (await last.client).verify(assertion);
  };
}

function rates(config: Config): Context['rates'] {
  const retrieval = config.JUMIO_RETRIEVAL_RATE;
  return {
    account: { perSecond: config.JUMIO_ACCOUNT_RATE, burst: config.JUMIO_ACCOUNT_BURST },
    retrieval: { perSecond: retrieval, burst: Math.max(1, retrieval) },
  };
}

/**
 * Returns the calls that show whether Kratos and Jumio answer: a whoami without a session, a read that finds nobody, a token.
 * A provider of eIDs is not asked: it is another company's, and only people who use it speak to it.
 */
export function probesOf({ KRATOS_PUBLIC_URL }: Config, { kratos, jumio }: Pick<Context, 'kratos' | 'jumio'>): Probe[] {
  const place = (upstream: 'kratos' | 'jumio', operation: string): string => placeOf({ upstream, operation });
  const whoami = { place: place('kratos', 'whoami'), run: () => kratos.whoami({}) };
  return [
    ...(KRATOS_PUBLIC_URL === undefined ? [] : [whoami]),
    { place: place('kratos', 'read'), run: () => kratos.read(NOBODY) },
    { place: place('jumio', 'token'), run: () => jumio.probe() },
  ];
}

/** Returns what comparing the faces of payers needs; undefined: no payments are configured. */
export function faceContext({ TRANSACTIONS: settings, PUBLIC_URL }: Config, ctx: Context): FaceContext | undefined {
  if (settings === undefined || PUBLIC_URL === undefined) return undefined;
  const { ledger, jumio, clock, log, newId, rates, random } = ctx;
  const keys = async () => (await ledger.keys.ring(clock.now())).references;
  return {
    ledger,
    jumio,
    clock,
    log,
    newId,
    rates,
    random,
    settings,
    publicUrl: PUBLIC_URL.replace(/\/+$/, ''),
    references: {
      mint: async (id) => mintReference((await keys()).signing, id),
      all: async (id) => (await keys()).all.map((key) => mintReference(key, id)),
    },
    referenceFace: async (identityId) => {
      const record = await ledger.record(identityId);
      return record === undefined ? undefined : referenceFace(record);
    },
  };
}

/** Returns what sending signed events needs; undefined: no endpoint is configured. */
export function eventContext(
  { WEBHOOKS: settings, userAgent }: Config,
  { ledger, clock, log, random }: Pick<Context, 'ledger' | 'clock' | 'log' | 'random'>,
  { calls, deliveries }: Partial<Observers> = {},
): EventContext | undefined {
  if (settings === undefined) return undefined;
  const receivers = createReceiverClient({ userAgent, ...(calls === undefined ? {} : { observe: calls }) });
  return { ledger, clock, log, random, receivers, endpoints: endpointsOf(settings), observe: deliveries };
}

/** Who is told of changes: as this service is configured, or, for a command beside it, as the ledger says. */
async function subscribe(
  ledger: Ledger,
  { WEBHOOKS: settings }: Config,
  now: number,
  isService: boolean,
): Promise<void> {
  const { deliveries } = ledger;
  if (!isService) return deliveries.follow();
  return deliveries.configure(now, (settings?.endpoints ?? []).map(subscriptionOf), announceCurrent);
}

/** Returns the worker of a process, with the counts of days, and the work of payments and of signed events where they are configured. */
export async function workerOf(ctx: Context, faces?: FaceContext, events?: EventContext): Promise<Worker> {
  const others: OtherWork[] = [createDayCounting(ctx)];
  // Loaded only where payments are configured.
  if (faces !== undefined) others.push((await import('./transactions/index.ts')).createTransactionWork(faces));
  // Events that were made for endpoints which are configured no more are forgotten, too.
  others.push(events === undefined ? createEventRetention(ctx) : createEventWork(events));
  return createWorker(ctx, others);
}

/** Options of `createDependencies`. */
export interface DependenciesOptions extends Omit<LedgerOptions, 'announce'> {
  readonly clock?: Clock;
  /** For readiness; by default no line is dropped. */
  readonly logProblem?: Dependencies['logProblem'];
  /** By default nobody counts. */
  readonly observers?: Observers | undefined;
}

/** Tells each call to both. */
function both(first: Observe, second: Observe | undefined): Observe {
  if (second === undefined) return first;
  return (call, outcome, ms) => {
    first(call, outcome, ms);
    second(call, outcome, ms);
  };
}

/** Returns the real collaborators. Opens the ledger and nothing else; rejects if it cannot be opened. */
export async function createDependencies(
  config: Config,
  logger: Logger,
  options: DependenciesOptions = {},
): Promise<Dependencies> {
  const { clock = { now: () => Date.now() }, logProblem = () => undefined, observers } = options;
  const ledger = await openLedger(config.DATABASE_URL, clock.now(), normalize, { ...options, announce });
  const isService = options.beginsEpoch !== false;
  await subscribe(ledger, config, clock.now(), isService);
  if (isService) await ledger.secondPerson.keep(config.OPERATORS?.second_person ?? []);
  const health = createUpstreamHealth(() => clock.now());
  const { unreachable } = health;
  const observe = both(health.observe, observers?.calls);
  const sendsTraits = config.PREPARED_DATA !== undefined;
  const texts = createTexts({ brand: config.BRAND_NAME, overrides: config.TEXTS, sendsTraits });
  const ctx: Context = {
    ledger,
    writes: createWriteSignal(),
    jumio: jumioClient(config, clock, observe),
    kratos: kratosClient(config, observe),
    clock,
    log: logger,
    observer: observers?.verification,
    random: Math.random,
    newId: randomUUID,
    rates: rates(config),
    onRejected: config.GATE_MODE === 'shadow' ? NO_CONSEQUENCES : config.policy.onRejected,
    policy: config.policy,
    gate: { mode: config.GATE_MODE, onFailure: config.ON_FAILURE },
    eid: await eidOf(config, clock, observe),
    prefill: config.PREPARED_DATA,
    workflowKey: config.JUMIO_WORKFLOW_KEY,
    startsAt: config.VERIFICATION_START,
    consentVersion: texts.consentVersion,
    linkLifetimeMs: config.linkLifetimeMs,
    callDeadlineMs: CALL_DEADLINE_MS,
    waits: WAITS,
  };
  const hints = await hintsOf(config, clock);
  const phase: Phase = { current: 'starting' };
  const faces = faceContext(config, ctx);
  const events = eventContext(config, ctx, { ...observers, calls: observe });
  const worker = await workerOf(ctx, faces, events);
  const factors = await factorsOf(config, { ...ctx, observe, faces, wake: () => worker.wake() });
  const dataCentre = sdkDataCentre(config.JUMIO_API_BASE_URL);
  const probing = createProbing(probesOf(config, ctx), health, (error) =>
    logger.error({ err: error }, 'a probe of an upstream failed'),
  );
  const observeRequests = observers?.requests;
  const shared = { config, logger, ctx, texts, phase, unreachable, probing, logProblem, observeRequests };
  const console = { operators: operatorsOf(config), verifyAssertion: proxiesOf(config, clock) };
  return { ...shared, ...console, worker, faces, events, factors, hints, dataCentre };
}
