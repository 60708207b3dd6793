import { z } from 'zod';
import { tokenWire } from '../../jumio/wire.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted, isAt } from '../kratos-config/hooks.ts';
import type { Answer, HookAnswer } from '../probes/probe.ts';

const LATEST_MS = 30_000;

function tokenFinding(asked: Answer): Finding {
  const isRefused = 'status' in asked && [400, 401, 403].includes(asked.status);
  return {
    id: isRefused ? 'jumio-credentials-refused' : 'jumio-unreachable',
    severity: 'error',
    seen: `POST <JUMIO_AUTH_URL>: ${words(asked)}`,
    why: 'Nothing can be started and no verdict read.',
    fix: {
      says: isRefused
        ? 'compare JUMIO_CLIENT_ID, JUMIO_CLIENT_SECRET and the data centre with the Jumio portal (OAuth2 clients)'
        : 'compare JUMIO_AUTH_URL, and whether this machine may call out (HTTPS_PROXY)',
    },
  };
}

export const jumioToken: Check = {
  group: 'Jumio',
  says: 'Jumio gives a token',
  look({ seen: { token } }) {
    if (token === undefined) return NOT_ASKED;
    const given = 'status' in token && token.status < 300 && tokenWire.safeParse(token.json).success;
    return given ? [] : [tokenFinding(token)];
  },
};

export const clock: Check = {
  group: 'Jumio',
  says: 'this machine’s clock agrees with Jumio’s to half a minute',
  look({ seen: { token, now } }) {
    const date = token !== undefined && 'date' in token ? Date.parse(token.date ?? '') : Number.NaN;
    if (Number.isNaN(date)) return notCheckable('Jumio’s answer has no `Date`');
    const ahead = Math.round((now - date) / 1000);
    if (Math.abs(ahead) * 1000 <= LATEST_MS) return [];
    return [
      {
        id: 'clock',
        severity: 'warning',
        seen: `this machine’s clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} Jumio’s`,
        why: 'Tokens and links end at the wrong time, and TLS may fail.',
        fix: { says: 'let it keep time (NTP)' },
      },
    ];
  },
};

function adminFinding(asked: Answer): Finding {
  const isKey = 'status' in asked && (asked.status === 401 || asked.status === 403);
  return {
    id: isKey ? 'kratos-key-refused' : 'kratos-admin-unreachable',
    severity: 'error',
    seen: `GET <KRATOS_ADMIN_URL>/admin/identities: ${words(asked)}`,
    why: 'No verdict can be published; the ledger keeps it until that works again.',
    fix: {
      says: isKey
        ? 'give ORY_API_KEY a key of this project that may read and write identities (ory_pat_…, not ory_wak_…)'
        : 'let KRATOS_ADMIN_URL lead to the admin port, or to the project’s URL on Ory Network',
    },
  };
}

export const kratosAdmin: Check = {
  group: 'Kratos',
  says: 'the admin API answers, and the key may read identities',
  look({ seen: { admin } }) {
    if (admin === undefined) return NOT_ASKED;
    return z.object({ status: z.literal(200), json: z.array(z.unknown()) }).safeParse(admin).success
      ? []
      : [adminFinding(admin)];
  },
};

const noSession = z.object({ status: z.literal(401), json: z.object({ error: z.object({}) }) });

export const whoami: Check = {
  group: 'Kratos',
  says: 'whoami answers as Kratos does',
  look({ seen: { whoami: asked } }) {
    if (asked === undefined) return NOT_ASKED;
    if (noSession.safeParse(asked).success) return [];
    return [
      {
        id: 'whoami-not-kratos',
        severity: 'error',
        seen: `GET <KRATOS_PUBLIC_URL>/sessions/whoami without a session: ${words(asked)}; expected 401 and JSON`,
        why: 'Nobody is known to the pages. A login page of a proxy in front of Kratos looks like this too.',
        fix: { says: 'let KRATOS_PUBLIC_URL lead to Kratos’ public port, from here as well' },
      },
    ];
  },
};

/** Our problem document, and our message at the gate, for a body that could not be read. */
const takenByInitiate = z.object({ status: z.literal(400), json: z.object({ field: z.literal('body') }) });

const refusedWith = (id: number) =>
  z.object({
    status: z.literal(403),
    json: z.object({ messages: z.array(z.object({ messages: z.array(z.object({ id: z.literal(id) })) })) }),
  });

const takenByGate = refusedWith(4990004);

const takenByAssurance = refusedWith(4990005);

const takenByLink = z.object({ status: z.literal(400), json: z.object({ title: z.string() }) });

/** What the service answers to this hook once it has let it in. */
function takenBy(hook: HookAnswer['hook']) {
  if (hook.duty === 'initiate') return takenByInitiate;
  if (hook.duty === 'gate') return takenByGate;
  return isAt(hook, '/eid/assurance') ? takenByAssurance : takenByLink;
}

/** Without a password or a token that may be in it. */
function bare(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function ofHook({ hook, asked }: HookAnswer): Finding[] {
  if (takenBy(hook).safeParse(asked).success) return [];
  if ('failure' in asked)
    return [
      {
        id: 'service-unreachable',
        severity: 'warning',
        seen: `${bare(hook.config.url)} gives no answer from here (${asked.failure})`,
        why: 'Kratos may stand elsewhere and reach it. If it does not either, nobody signs up or in.',
        fix: { says: 'start the service, or run the doctor where Kratos runs' },
      },
    ];
  if (asked.status === 401)
    return [
      {
        id: 'service-refuses-secret',
        severity: 'error',
        seen: `${bare(hook.config.url)} answers 401 to the secret of ${dotted(hook.pointer)}`,
        why: 'The running service has another ORY_WEBHOOK_SECRET: at sign-in everybody is refused.',
        fix: { says: 'restart the service with the value that Kratos sends, or `new,old` while it turns over' },
      },
    ];
  return [
    {
      id: 'not-the-service',
      severity: 'error',
      seen: `${bare(hook.config.url)} answers ${asked.status}, which this service would not`,
      why: 'Something else is at that address, or a proxy in front of it changes the answer.',
      fix: {
        says: `put this service’s address into ${dotted(hook.pointer)}, or let the proxy pass /jumio/ and /eid/ through`,
      },
    },
  ];
}

export const hooksAnswered: Check = {
  group: 'this service, called as Kratos calls it',
  says: 'the running service lets each hook in',
  look: ({ seen }) => (seen.hooks === undefined ? NOT_ASKED : seen.hooks.flatMap(ofHook)),
};

const refusedByCallback = z.object({ status: z.literal(401), json: z.object({ title: z.string() }) });

export const callbackAnswered: Check = {
  group: 'this service, called as Kratos calls it',
  says: 'callbacks to PUBLIC_URL arrive here',
  look({ seen: { callback } }) {
    if (callback === undefined) return NOT_ASKED;
    if (refusedByCallback.safeParse(callback).success) return [];
    return [
      {
        id: 'callback-does-not-arrive',
        severity: 'warning',
        seen: `POST <PUBLIC_URL>/jumio/callback: ${words(callback)}`,
        why: 'Jumio’s callbacks, and people coming back, would not reach this service. (From outside it may look better.)',
        fix: { says: 'let PUBLIC_URL lead to this service, with the path /jumio/ as it is' },
      },
    ];
  },
};

/** Of a neighbour that there is no way to ask. */
export const NOT_ASKED = notCheckable('it was not asked');

/** What came back, without a word of its content. */
export function words(asked: Answer): string {
  if ('failure' in asked) return `no answer (${asked.failure})`;
  return `${asked.status}${asked.json === undefined ? ', not JSON' : ''}`;
}
