import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { tokenWire } from '../../jumio/wire.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { dotted, isEidHook } from '../kratos-config/hooks.ts';
import type { HookProbe, ProbeResult } from '../probes/probe.ts';
import { sendsAnother } from './hook-address.ts';

const NOT_PROBED = notCheckable('it was not probed');

/** The response in short, without its content. */
function summaryOf(result: ProbeResult): string {
  if ('failure' in result) return `no answer (${result.failure})`;
  return `${result.status}${result.json === undefined ? ', not JSON' : ''}`;
}

/** A problem document of this service: `initiate` has authenticated the caller and refuses the empty body. */
const initiateResponse = z.object({ status: z.literal(400), json: z.object({ code: z.literal('bad-body') }) });

/** A refusal in the shape of Kratos' messages, with this message id (docs/design.md#gate). */
const refusal = (id: number) =>
  z.object({
    status: z.literal(403),
    json: z.object({ messages: z.array(z.object({ messages: z.array(z.object({ id: z.literal(id) })) })) }),
  });

/** The refusals of a body that names nobody: the status is unknown, and the eID is below the level that is required. */
const [STATUS_UNKNOWN, LEVEL_TOO_LOW] = [4990004, 4990005];

const gateResponse = refusal(STATUS_UNKNOWN);

const assuranceResponse = refusal(LEVEL_TOO_LOW);

const linkResponse = z.object({ status: z.literal(400), json: z.object({ title: z.string() }) });

/** The response of this service to an authenticated hook with an empty body. */
function expectedResponse(hook: HookProbe['hook']) {
  if (hook.duty === 'initiate') return initiateResponse;
  if (hook.duty === 'gate') return gateResponse;
  return isEidHook(hook, '/eid/assurance') ? assuranceResponse : linkResponse;
}

/** The URL without userinfo and query, which may hold a secret. */
function printable(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** The public listener serves no hook. The fix names a URL only if the hook's URL has `PORT` itself: behind a proxy the right port is not known here. */
function atPublicListener({ hook }: HookProbe, { PORT, HOOKS_PORT }: Config): Finding {
  const { config, pointer } = hook;
  const url = new URL(config.url);
  const isDirect = url.port === String(PORT);
  url.port = String(HOOKS_PORT);
  const kratos = [{ op: 'replace', path: `${pointer}/config/url`, value: url.href } as const];
  return {
    id: 'hook-at-public-port',
    severity: 'error',
    seen: `${printable(config.url)} answers 404, and HOOKS_PORT is set`,
    why: 'Hooks are served on HOOKS_PORT alone: every sign-in fails, and a sign-up starts no verification.',
    fix: { says: `let ${dotted(pointer)} lead to HOOKS_PORT of this service`, ...(isDirect && { kratos }) },
  };
}

function judgeHook({ hook, result }: HookProbe, service: Config | undefined): Finding[] {
  if (expectedResponse(hook).safeParse(result).success) return [];
  const url = printable(hook.config.url);
  if ('failure' in result)
    return [
      {
        id: 'service-unreachable',
        severity: 'warning',
        seen: `${url} gives no answer from here (${result.failure})`,
        why: 'Kratos may run elsewhere and reach it. If it does not either, every sign-up and sign-in fails.',
        fix: { says: 'start the service, or run the doctor where Kratos runs' },
      },
    ];
  if (result.status === 401)
    return [
      {
        id: 'service-refuses-secret',
        severity: 'error',
        seen: `${url} answers 401 to the secret of ${dotted(hook.pointer)}`,
        why: 'The running service has another ORY_WEBHOOK_SECRET: every sign-in is refused.',
        fix: { says: 'restart the service with the value that Kratos sends, or `new,old` during a rotation' },
      },
    ];
  if (result.status === 404 && service?.HOOKS_PORT !== undefined) return [atPublicListener({ hook, result }, service)];
  return [
    {
      id: 'not-the-service',
      severity: 'error',
      seen: `${url} answers ${result.status}, which this service would not`,
      why: 'Another program has this URL, or a proxy in front of the service changes the response.',
      fix: {
        says: `put this service’s URL into ${dotted(hook.pointer)}, or let the proxy pass /jumio/ and /eid/ through`,
      },
    },
  ];
}

export const hooksAnswered: Check = {
  group: 'this service, called as Kratos calls it',
  says: 'the running service accepts each hook',
  run({ observed: { hooks }, service }) {
    if (hooks === undefined) return NOT_PROBED;
    // `hookSecrets` has named these hooks already: one cause is one finding.
    const isKnown = ({ hook, result }: HookProbe): boolean =>
      'status' in result && result.status === 401 && sendsAnother(hook, service?.ORY_WEBHOOK_SECRET ?? []);
    const unknown = hooks.filter((each) => service === undefined || !isKnown(each));
    const found = unknown.flatMap((each) => judgeHook(each, service));
    if (found.length > 0 || unknown.length === hooks.length) return found;
    return notCheckable('it refuses the secret that the hooks send, see “hooks”');
  },
};

const callbackResponse = z.object({ status: z.literal(401), json: z.object({ title: z.string() }) });

export const callbackAnswered: Check = {
  group: 'this service, called as Kratos calls it',
  says: 'callbacks to PUBLIC_URL arrive here',
  run({ observed: { callback } }) {
    if (callback === undefined) return NOT_PROBED;
    if (callbackResponse.safeParse(callback).success) return [];
    return [
      {
        id: 'callback-does-not-arrive',
        severity: 'warning',
        seen: `POST <PUBLIC_URL>/jumio/callback: ${summaryOf(callback)}; expected 401 and JSON`,
        why: 'Jumio’s callbacks, and people on their way back, would not reach this service. (The URL may still work from outside.)',
        fix: { says: 'let PUBLIC_URL lead to this service, with the path /jumio/ unchanged' },
      },
    ];
  },
};

function adminFinding(result: ProbeResult): Finding {
  const isKey = 'status' in result && (result.status === 401 || result.status === 403);
  return {
    id: isKey ? 'kratos-key-refused' : 'kratos-admin-unreachable',
    severity: 'error',
    seen: `GET <KRATOS_ADMIN_URL>/admin/identities: ${summaryOf(result)}; expected 200 and a list`,
    why: 'No verdict can be published; the ledger keeps them until the admin API works again.',
    fix: {
      says: isKey
        ? 'set ORY_API_KEY to a key of this project that may read and write identities (ory_pat_…, not ory_wak_…)'
        : 'let KRATOS_ADMIN_URL lead to the admin port, or to the project’s URL on Ory Network',
    },
  };
}

const identityList = z.object({ status: z.literal(200), json: z.array(z.unknown()) });

export const kratosAdmin: Check = {
  group: 'Kratos',
  says: 'the admin API answers, and the key may read identities',
  run({ observed: { admin } }) {
    if (admin === undefined) return NOT_PROBED;
    return identityList.safeParse(admin).success ? [] : [adminFinding(admin)];
  },
};

const noSession = z.object({ status: z.literal(401), json: z.object({ error: z.object({}) }) });

export const whoami: Check = {
  group: 'Kratos',
  says: 'whoami answers as Kratos does',
  run({ observed: { whoami: result } }) {
    if (result === undefined) return NOT_PROBED;
    if (noSession.safeParse(result).success) return [];
    return [
      {
        id: 'whoami-not-kratos',
        severity: 'error',
        seen: `GET <KRATOS_PUBLIC_URL>/sessions/whoami without a session: ${summaryOf(result)}; expected 401 and JSON`,
        why: 'The pages recognise no session. A login page of a proxy in front of Kratos has the same effect.',
        fix: { says: 'let KRATOS_PUBLIC_URL lead to Kratos’ public port, from here as well' },
      },
    ];
  },
};

function tokenFinding(result: ProbeResult): Finding {
  const isRefused = 'status' in result && [400, 401, 403].includes(result.status);
  return {
    id: isRefused ? 'jumio-credentials-refused' : 'jumio-unreachable',
    severity: 'error',
    seen: `POST <JUMIO_AUTH_URL>: ${summaryOf(result)}; expected a token`,
    why: 'No verification can be started, and no verdict can be read.',
    fix: {
      says: isRefused
        ? 'compare JUMIO_CLIENT_ID, JUMIO_CLIENT_SECRET and the data centre with the Jumio portal (OAuth2 clients)'
        : 'check JUMIO_AUTH_URL, and whether this machine may send requests to the internet (HTTPS_PROXY)',
    },
  };
}

export const jumioToken: Check = {
  group: 'Jumio',
  says: 'Jumio issues a token',
  run({ observed: { token } }) {
    if (token === undefined) return NOT_PROBED;
    const isIssued = 'status' in token && token.status < 300 && tokenWire.safeParse(token.json).success;
    return isIssued ? [] : [tokenFinding(token)];
  },
};

const LARGEST_DIFFERENCE_MS = 30_000;

export const clock: Check = {
  group: 'Jumio',
  says: 'this machine’s clock and Jumio’s differ by at most 30 s',
  run({ observed: { token, now } }) {
    const date = token !== undefined && 'date' in token ? Date.parse(token.date ?? '') : Number.NaN;
    if (Number.isNaN(date)) return notCheckable('Jumio’s response has no `Date`');
    const ahead = Math.round((now - date) / 1000);
    if (Math.abs(ahead) * 1000 <= LARGEST_DIFFERENCE_MS) return [];
    return [
      {
        id: 'clock',
        severity: 'warning',
        seen: `this machine’s clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} Jumio’s`,
        why: 'Tokens and links expire at the wrong time, and TLS may fail.',
        fix: { says: 'synchronise it (NTP)' },
      },
    ];
  },
};
