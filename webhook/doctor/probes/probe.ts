import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import axios from 'axios';
import { z } from 'zod';
import { askRunning, localAddress, type RunningAnswer } from '../../applied/index.ts';
import type { Config } from '../../config/config.ts';
import { defaultUserAgent } from '../../config/user-agent.ts';
import { endpointsOf, sendTest, type TestOutcome } from '../../events/index.ts';
import { DOCTOR_PROBE } from '../../http/schemas.ts';
import { tokenRequest } from '../../jumio/token.ts';
import { inspectLedger, type LedgerInspection } from '../../ledger/database/inspect.ts';
import { createReceiverClient } from '../../receiver/client.ts';
import { axiosSettings, parseJson } from '../../upstream/http.ts';
import { discoveryUrl } from '../../upstream/issuer-keys.ts';
import { type EidHook, eidHooksIn, headersOf, type OurHook, ourHooks } from '../kratos-config/hooks.ts';
import type { Tree } from '../kratos-config/read.ts';
import { findJsonnet, type Render } from '../kratos-config/templates.ts';
import { type Disk, inspectDisk } from './disk.ts';

/** The response to a probe, its body parsed if it is JSON; or why there is none: a code of the network. */
export type ProbeResult =
  | { readonly status: number; readonly json: unknown; readonly date: string | undefined }
  | { readonly failure: string };

/** The response to one hook of Kratos' configuration, called as Kratos calls it. */
export interface HookProbe {
  readonly hook: OurHook | EidHook;
  readonly result: ProbeResult;
}

/** The observations outside the configuration. A member is absent if it was not probed. */
export interface Observations {
  /** The clock of this machine, epoch milliseconds. */
  readonly now: number;
  /** Host names of hooks, and the IP addresses they have on this machine. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Renders a Jsonnet template; absent if this machine has no jsonnet program. */
  readonly render?: Render;
  readonly hooks?: readonly HookProbe[];
  /** The settings in force in the running service, as it says. */
  readonly running?: RunningAnswer;
  readonly callback?: ProbeResult;
  readonly admin?: ProbeResult;
  readonly whoami?: ProbeResult;
  readonly token?: ProbeResult;
  readonly ledger?: LedgerInspection;
  readonly disk?: Disk;
  /** The discovery documents, by the provider's id. */
  readonly eid?: ReadonlyMap<string, ProbeResult>;
  /** The discovery documents of those who sign hints of payments, by issuer. */
  readonly hints?: ReadonlyMap<string, ProbeResult>;
  /** The Verify service of Twilio that codes are sent with. */
  readonly twilio?: ProbeResult;
  /** How each endpoint of signed events took a test, by its name. */
  readonly endpoints?: ReadonlyMap<string, TestOutcome>;
}

interface ProbeRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends one request, once; never rejects. The caller prints nothing of the body. */
type SendProbe = (request: ProbeRequest) => Promise<ProbeResult>;

const TIMEOUT_MS = 10_000;

const wire = z.object({
  status: z.number(),
  data: z.string().catch(''),
  headers: z.object({ date: z.string().optional().catch(undefined) }),
});

const failed = z.object({ code: z.string() });

/** The same client as the service's own (the variables of proxies apply, redirects are not followed), but no connection is kept. */
function createSend(userAgent: string): SendProbe {
  const agents = { httpAgent: new http.Agent(), httpsAgent: new https.Agent() };
  const instance = axios.create({ ...axiosSettings(userAgent), ...agents });
  return async ({ method, url, headers, body }) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      // Of an empty text axios would make the JSON text `""`.
      const data = body === '' ? Buffer.alloc(0) : body;
      const settings = { method, url, signal, headers: { ...headers }, ...(data !== undefined && { data }) };
      const response = wire.parse(await instance.request(settings));
      return { status: response.status, json: parseJson(response.data), date: response.headers.date };
    } catch (error) {
      const code = failed.safeParse(error).data?.code ?? 'no answer';
      return { failure: signal.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : code };
    }
  };
}

/**
 * Sends every probe that changes nothing, at the same time.
 * @param kratos absent: no hook is called. @param service absent: neither upstreams nor the ledger are probed.
 */
export async function probe(kratos: Tree | undefined, service: Config | undefined): Promise<Observations> {
  const send = createSend(service?.userAgent ?? defaultUserAgent(undefined));
  const [hooks, running, upstreams, storage, eid, hints, twilio, endpoints, render] = await Promise.all([
    kratos === undefined ? { addresses: new Map<string, string[]>() } : probeHooks(send, kratos),
    service === undefined ? {} : probeRunning(kratos, service),
    service === undefined ? {} : probeUpstreams(send, service),
    service === undefined ? {} : probeStorage(service),
    service === undefined ? {} : probeEid(send, service),
    service === undefined ? {} : probeHints(send, service),
    service === undefined ? {} : probeTwilio(send, service),
    service === undefined ? {} : probeEndpoints(service),
    findJsonnet(),
  ]);
  return {
    now: Date.now(),
    ...hooks,
    ...running,
    ...upstreams,
    ...storage,
    ...eid,
    ...hints,
    ...twilio,
    ...endpoints,
    ...(render && { render }),
  };
}

/** Of what is sent without a body: the service's log says that it was asked, and not that something failed. */
const PROBE_HEADERS = { 'Content-Type': 'application/json', [DOCTOR_PROBE]: '1' };

/** Calls every hook that has a complete URL, and resolves its host name. */
async function probeHooks(send: SendProbe, kratos: Tree): Promise<Pick<Observations, 'addresses' | 'hooks'>> {
  const hooks = distinct([...ourHooks(kratos), ...eidHooksIn(kratos)]).filter(({ config }) =>
    /^https?:\/\/[^<>]+$/.test(config.url),
  );
  const hosts = [...new Set(hooks.map(({ config }) => new URL(config.url).hostname))];
  const [addresses, probes] = await Promise.all([
    Promise.all(hosts.map(addressesOf)),
    Promise.all(hooks.map((hook) => probeHook(send, hook))),
  ]);
  return { addresses: new Map(addresses), hooks: probes };
}

/** Keeps one hook of those with the same URL and headers: their responses are the same. */
function distinct(hooks: readonly HookProbe['hook'][]): HookProbe['hook'][] {
  const keyed = hooks.map((hook) => [JSON.stringify([hook.config.url, [...headersOf(hook)]]), hook] as const);
  return [...new Map(keyed).values()];
}

async function addressesOf(host: string): Promise<readonly [string, string[]]> {
  const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(() => []);
  return [host, found.map(({ address }) => address)];
}

/** An empty body changes nothing: the service authenticates the caller, then refuses the body. */
async function probeHook(send: SendProbe, hook: HookProbe['hook']): Promise<HookProbe> {
  const headers = { ...PROBE_HEADERS, ...Object.fromEntries(headersOf(hook)) };
  return { hook, result: await send({ method: 'POST', url: hook.config.url, headers, body: '' }) };
}

/**
 * Asks the running service for its settings in force: first at the origins of Kratos' hook URLs, because the process there takes
 * the decisions; then at the local address of this configuration. The first answer counts.
 */
async function probeRunning(kratos: Tree | undefined, config: Config): Promise<Pick<Observations, 'running'>> {
  const urls = kratos === undefined ? [] : ourHooks(kratos).map((hook) => hook.config.url);
  const origins = urls.filter((url) => /^https?:\/\/[^<>]+$/.test(url)).map((url) => new URL(url).origin);
  const addresses = [...new Set([...origins, localAddress(config)])].filter((address) => address !== undefined);
  const answers: RunningAnswer[] = [];
  for (const address of addresses) {
    const answer = await askRunning(address, config.ORY_WEBHOOK_SECRET);
    if (!('failure' in answer)) return { running: answer };
    answers.push(answer);
  }
  const [first] = answers;
  return first === undefined ? {} : { running: first };
}

/** Kratos' two APIs, Jumio's token endpoint, and this service at `PUBLIC_URL`. */
async function probeUpstreams(
  send: SendProbe,
  config: Config,
): Promise<Pick<Observations, 'admin' | 'whoami' | 'token' | 'callback'>> {
  const bare = (url: string): string => url.replace(/\/+$/, '');
  const { ORY_API_KEY: key, KRATOS_PUBLIC_URL: kratosUrl, PUBLIC_URL: ourUrl } = config;
  const authorization = key === undefined ? {} : { headers: { Authorization: `Bearer ${key}` } };
  const token = tokenRequest({
    authUrl: config.JUMIO_AUTH_URL,
    clientId: config.JUMIO_CLIENT_ID,
    clientSecret: config.JUMIO_CLIENT_SECRET,
  });
  const adminUrl = `${bare(config.KRATOS_ADMIN_URL)}/admin/identities?page_size=1`;
  const [whoami, callback, issued, admin] = await Promise.all([
    kratosUrl ? send({ method: 'GET', url: `${bare(kratosUrl)}/sessions/whoami` }) : undefined,
    ourUrl
      ? send({ method: 'POST', url: `${bare(ourUrl)}/jumio/callback`, headers: PROBE_HEADERS, body: '' })
      : undefined,
    send({ ...token, method: 'POST' }),
    send({ method: 'GET', url: adminUrl, ...authorization }),
  ]);
  return { ...(whoami && { whoami }), ...(callback && { callback }), token: issued, admin };
}

async function probeStorage({ DATABASE_URL }: Config): Promise<Pick<Observations, 'ledger' | 'disk'>> {
  const disk = await inspectDisk(DATABASE_URL);
  return { ...(disk && { disk }), ledger: await inspectLedger(DATABASE_URL) };
}

async function probeEid(send: SendProbe, { EID_PROVIDERS: providers }: Config): Promise<Pick<Observations, 'eid'>> {
  const results = Object.entries(providers).map(
    async ([id, { issuer }]) => [id, await send({ method: 'GET', url: discoveryUrl(issuer) })] as const,
  );
  return { eid: new Map(await Promise.all(results)) };
}

/** A test event tells of nobody, and the ledger has nothing of it. */
async function probeEndpoints({ WEBHOOKS: settings, userAgent }: Config): Promise<Pick<Observations, 'endpoints'>> {
  if (settings === undefined) return {};
  const ctx = { receivers: createReceiverClient({ userAgent }), clock: { now: () => Date.now() } };
  const results = endpointsOf(settings).map(
    async (endpoint) => [endpoint.name, await sendTest(ctx, endpoint)] as const,
  );
  return { endpoints: new Map(await Promise.all(results)) };
}

async function probeHints(send: SendProbe, { TRANSACTIONS: settings }: Config): Promise<Pick<Observations, 'hints'>> {
  const named = Object.values(settings?.clients ?? {}).map(({ hint }) => hint?.issuer);
  const issuers = [...new Set(named.filter((issuer) => issuer !== undefined))];
  const results = issuers.map(
    async (issuer) => [issuer, await send({ method: 'GET', url: discoveryUrl(issuer) })] as const,
  );
  return { hints: new Map(await Promise.all(results)) };
}

/** A read of the service: nothing is sent to anybody. */
async function probeTwilio(send: SendProbe, config: Config): Promise<Pick<Observations, 'twilio'>> {
  const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret, TWILIO_VERIFY_SERVICE: service, TWILIO_VERIFY_URL } = config;
  if (key === undefined || secret === undefined || service === undefined) return {};
  const Authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
  const url = `${TWILIO_VERIFY_URL.replace(/\/+$/, '')}/v2/Services/${service}`;
  return { twilio: await send({ method: 'GET', url, headers: { Authorization } }) };
}
