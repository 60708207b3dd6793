import { lookup } from 'node:dns/promises';
import type { Config } from '../../config.ts';
import { discoveryUrl } from '../../eid/client.ts';
import { tokenRequest } from '../../jumio/token.ts';
import { lookAtLedger } from '../../ledger/look.ts';
import { headersOf } from '../checks/secrets.ts';
import { eidHooksIn } from '../eid-hooks.ts';
import { ourHooks } from '../hooks.ts';
import { findJsonnet } from '../jsonnet.ts';
import type { Tree } from '../tree.ts';
import { type Ask, createAsk } from './ask.ts';
import { lookAtDisk } from './disk.ts';
import type { HookAnswer, Seen } from './seen.ts';

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

async function lookAtHooks(ask: Ask, kratos: Tree): Promise<Pick<Seen, 'addresses' | 'hooks'>> {
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
): Promise<Pick<Seen, 'admin' | 'whoami' | 'token' | 'callback'>> {
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

async function lookAtStorage({ DATABASE_URL }: Config): Promise<Pick<Seen, 'ledger' | 'disk'>> {
  const disk = await lookAtDisk(DATABASE_URL);
  return { ...(disk && { disk }), ledger: await lookAtLedger(DATABASE_URL) };
}

async function lookAtEid(ask: Ask, { EID_PROVIDERS: providers }: Config): Promise<Pick<Seen, 'eid'>> {
  const asked = Object.entries(providers).map(
    async ([id, { issuer }]) => [id, await ask({ method: 'GET', url: discoveryUrl(issuer) })] as const,
  );
  return { eid: new Map(await Promise.all(asked)) };
}

/** Asks everything that can be asked without changing anything. */
export async function look(kratos: Tree | undefined, service: Config | undefined, userAgent: string): Promise<Seen> {
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
