import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { createBrowser } from '../../../sandbox/kratos/client/browser.ts';
import { type KratosUrls, type Outcome, outcomeOf } from '../../../sandbox/kratos/client/flows.ts';
import { readFlow } from '../../../sandbox/kratos/client/forms.ts';
import { type Answer, send } from '../../../sandbox/kratos/client/loopback.ts';
import type { Person } from '../../../sandbox/scenarios/person.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytesOf(base32: string): Buffer {
  const bits = base32
    .replace(/=+$/, '')
    .split('')
    .map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0'));
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The six digits that an authenticator shows now (RFC 6238, SHA-1, 30 s). */
export function codeOf({ secret }: Authenticator): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function json(token: string): Record<string, string> {
  return { accept: 'application/json', 'content-type': 'application/json', 'x-session-token': token };
}

const key = z.object({
  ui: z.object({
    nodes: z.array(
      z.object({
        attributes: z.object({ id: z.string().optional(), text: z.object({ text: z.string() }).optional() }).loose(),
      }),
    ),
  }),
});

/** An authenticator app: the secret that Kratos shows in the settings. */
export interface Authenticator {
  readonly secret: string;
}

/** The secret that the settings of Kratos show. */
export function secretIn(settings: Answer): string {
  const { nodes } = key.parse(settings.json()).ui;
  return nodes.find(({ attributes }) => attributes.id === 'totp_secret_key')?.attributes.text?.text ?? '';
}

/** Adds an authenticator app to the account of a session, as a native app does. */
export async function addAuthenticator({ publicUrl }: KratosUrls, token: string): Promise<Authenticator> {
  const headers = json(token);
  const answer = await send({ method: 'GET', url: `${publicUrl}/self-service/settings/api`, headers });
  const secret = secretIn(answer);
  const body = JSON.stringify({ method: 'totp', totp_code: codeOf({ secret }) });
  const done = await send({ method: 'POST', url: readFlow(answer).ui.action, headers, body });
  if (done.status !== 200) throw new Error(`no authenticator: ${done.status} ${done.text.slice(0, 300)}`);
  return { secret };
}

/** Adds the second factor to a session. */
export function stepUp(kratos: KratosUrls, token: string, authenticator: Authenticator): Promise<Outcome> {
  return signInAgain(kratos, token, 'aal=aal2', { method: 'totp', totp_code: codeOf(authenticator) });
}

/** Signs in again in spite of a session, as an application requires before a sensitive step. */
export function refresh(kratos: KratosUrls, token: string, { credentials }: Person): Promise<Outcome> {
  const { email: identifier, password } = credentials;
  return signInAgain(kratos, token, 'refresh=true', { method: 'password', identifier, password });
}

async function signInAgain(kratos: KratosUrls, token: string, query: string, fields: object): Promise<Outcome> {
  const headers = json(token);
  const created = await send({ method: 'GET', url: `${kratos.publicUrl}/self-service/login/api?${query}`, headers });
  const { action } = readFlow(created).ui;
  const answer: Answer = await send({ method: 'POST', url: action, headers, body: JSON.stringify(fields) });
  return outcomeOf(kratos, 'login', answer, createBrowser());
}
