import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import axios from 'axios';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { discoveryUrl } from '../../eid/client.ts';
import { tokenRequest } from '../../jumio/token.ts';
import { inspectLedger, type LedgerInspection } from '../../ledger/database/inspect.ts';
import { axiosSettings, parseJson } from '../../upstream/http.ts';
import { type EidHook, eidHooksIn, headersOf, type OurHook, ourHooks } from '../kratos-config/hooks.ts';
import type { Tree } from '../kratos-config/read.ts';
import { findJsonnet, type Render } from '../kratos-config/templates.ts';
import { type Disk, inspectDisk } from './disk.ts';

/** An answer, its body parsed where it is JSON; or why there is none, in the code of the network. */
export type Answer =
  | { readonly status: number; readonly json: unknown; readonly date: string | undefined }
  | { readonly failure: string };

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks once; never rejects. Nothing of a body is printed anywhere. */
export type Ask = (question: Question) => Promise<Answer>;

const DEADLINE_MS = 10_000;

const answer = z.object({
  status: z.number(),
  data: z.string().catch(''),
  headers: z.object({ date: z.string().optional().catch(undefined) }),
});

const failed = z.object({ code: z.string() });

/** The same client as the service's own (proxies count, redirects are not followed), but no connection is kept. */
export function createAsk(userAgent: string): Ask {
  const once = { httpAgent: new http.Agent(), httpsAgent: new https.Agent() };
  const instance = axios.create({ ...axiosSettings(userAgent), ...once });
  return async ({ method, url, headers, body }) => {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const settings = { method, url, signal, headers: { ...headers }, ...(body !== undefined && { data: body }) };
      const { status, data, headers: got } = answer.parse(await instance.request(settings));
      return { status, json: parseJson(data), date: got.date };
    } catch (error) {
      const code = failed.safeParse(error).data?.code ?? 'no answer';
      return { failure: signal.aborted ? `no answer within ${DEADLINE_MS / 1000} s` : code };
    }
  };
}

async function addressesOf(host: string): Promise<readonly [string, string[]]> {
  const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(() => []);
  return [host, found.map(({ address }) => address)];
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

type Hook = HookAnswer['hook'];

/** One of those that would be answered alike. */
function distinct(hooks: readonly Hook[]): Hook[] {
  const keyed = hooks.map((hook) => [JSON.stringify([hook.config.url, [...headersOf(hook)]]), hook] as const);
  return [...new Map(keyed).values()];
}

/** An empty body changes nothing: the service refuses it once it has let the caller in. */
async function callHook(ask: Ask, hook: Hook): Promise<HookAnswer> {
  const headers = { ...JSON_TYPE, ...Object.fromEntries(headersOf(hook)) };
  return { hook, asked: await ask({ method: 'POST', url: hook.config.url, headers, body: '' }) };
}

async function lookAtHooks(ask: Ask, kratos: Tree): Promise<Pick<Observations, 'addresses' | 'hooks'>> {
  const hooks = distinct([...ourHooks(kratos), ...eidHooksIn(kratos)]).filter(({ config }) =>
    /^https?:\/\/[^<>]+$/.test(config.url),
  );
  const hosts = [...new Set(hooks.map(({ config }) => new URL(config.url).hostname))];
  const [addresses, answers] = await Promise.all([
    Promise.all(hosts.map(addressesOf)),
    Promise.all(hooks.map((hook) => callHook(ask, hook))),
  ]);
  return { addresses: new Map(addresses), hooks: answers };
}

async function lookAtNeighbours(
  ask: Ask,
  config: Config,
): Promise<Pick<Observations, 'admin' | 'whoami' | 'token' | 'callback'>> {
  const bare = (url: string): string => url.replace(/\/+$/, '');
  const { ORY_API_KEY: key, KRATOS_PUBLIC_URL: front, PUBLIC_URL: ours } = config;
  const authorization = key === undefined ? {} : { headers: { Authorization: `Bearer ${key}` } };
  const admin = ask({
    method: 'GET',
    url: `${bare(config.KRATOS_ADMIN_URL)}/admin/identities?page_size=1`,
    ...authorization,
  });
  const token = tokenRequest({
    authUrl: config.JUMIO_AUTH_URL,
    clientId: config.JUMIO_CLIENT_ID,
    clientSecret: config.JUMIO_CLIENT_SECRET,
  });
  return {
    ...(front && { whoami: await ask({ method: 'GET', url: `${bare(front)}/sessions/whoami` }) }),
    ...(ours && {
      callback: await ask({ method: 'POST', url: `${bare(ours)}/jumio/callback`, headers: JSON_TYPE, body: '' }),
    }),
    token: await ask({ ...token, method: 'POST' }),
    admin: await admin,
  };
}

async function lookAtStorage({ DATABASE_URL }: Config): Promise<Pick<Observations, 'ledger' | 'disk'>> {
  const disk = await inspectDisk(DATABASE_URL);
  return { ...(disk && { disk }), ledger: await inspectLedger(DATABASE_URL) };
}

async function lookAtEid(ask: Ask, { EID_PROVIDERS: providers }: Config): Promise<Pick<Observations, 'eid'>> {
  const asked = Object.entries(providers).map(
    async ([id, { issuer }]) => [id, await ask({ method: 'GET', url: discoveryUrl(issuer) })] as const,
  );
  return { eid: new Map(await Promise.all(asked)) };
}

/** Asks everything that can be asked without changing anything. */
export async function probe(
  kratos: Tree | undefined,
  service: Config | undefined,
  userAgent: string,
): Promise<Observations> {
  const ask = createAsk(userAgent);
  const nothing = { addresses: new Map<string, string[]>() };
  const [hooks, neighbours, storage, eid, render] = await Promise.all([
    kratos === undefined ? nothing : lookAtHooks(ask, kratos),
    service === undefined ? {} : lookAtNeighbours(ask, service),
    service === undefined ? {} : lookAtStorage(service),
    service === undefined ? {} : lookAtEid(ask, service),
    findJsonnet(),
  ]);
  return { now: Date.now(), ...hooks, ...neighbours, ...storage, ...eid, ...(render && { render }) };
}

/** What one hook of Kratos' configuration was answered, called as Kratos calls it. */
export interface HookAnswer {
  readonly hook: OurHook | EidHook;
  readonly asked: Answer;
}

/** What was seen outside the configuration. Everything is optional: what was not asked is not judged. */
export interface Observations {
  /** The clock of this machine, epoch milliseconds. */
  readonly now: number;
  /** Host names of hooks, and the addresses they have here. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly render?: Render;
  readonly hooks?: readonly HookAnswer[];
  readonly callback?: Answer;
  readonly admin?: Answer;
  readonly whoami?: Answer;
  readonly token?: Answer;
  readonly ledger?: LedgerInspection;
  readonly disk?: Disk;
  /** The discovery documents, by the provider's id. */
  readonly eid?: ReadonlyMap<string, Answer>;
}
