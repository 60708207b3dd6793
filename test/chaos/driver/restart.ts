import { z } from 'zod';
import type { Answer } from '../../../sandbox/kratos/client/loopback.ts';
import type { Seeded } from '../seeded.ts';
import { ORIGIN, SECRETS } from '../system/environment.ts';
import type { Door, Request } from './door.ts';

/** How one try to get another attempt ended. `later`: an answer was missing, or the link is still being made. */
export type RestartTry =
  | { readonly kind: 'link'; readonly executionId: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'later'; readonly mayBeGranted: boolean };

const LATER = { kind: 'later', mayBeGranted: false } as const;

const handoverAnswer = z.object({ url: z.url() });

const consentAnswer = z.object({ consent: z.object({ text_version: z.string() }) });

const linkAnswer = z.object({ url: z.url() });

function cookiesOf(answer: Answer): string[] {
  return (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '');
}

/** The person's browser as far as it is needed: it comes by a one-time link, and agrees. */
export async function tryToRestart(door: Door, identityId: string, random: Seeded): Promise<RestartTry> {
  const cookies: string[] = [];
  const ask = async (request: Request): Promise<Answer | undefined> => {
    const cookie = cookies.length === 0 ? {} : { cookie: cookies.join('; ') };
    const answer = await door.ask({ ...request, headers: { ...request.headers, ...cookie } }, random);
    if (answer !== undefined) cookies.push(...cookiesOf(answer));
    return answer;
  };

  const handover = await ask({
    method: 'POST',
    path: '/jumio/handover',
    headers: { authorization: `Bearer ${SECRETS.handover}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kratos_identity_id: identityId }),
  });
  if (handover?.status !== 201) return LATER;
  const code = new URL(handoverAnswer.parse(handover.json()).url).searchParams.get('code') ?? '';

  const page = await ask({ method: 'GET', path: `/jumio/enter?code=${code}`, headers: { accept: 'text/html' } });
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page?.text ?? '')?.[1];
  if (csrf === undefined) return LATER;
  const entered = await ask({
    method: 'POST',
    path: '/jumio/enter',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: new URLSearchParams({ code, _csrf: csrf }).toString(),
  });
  if (entered?.status !== 303) return LATER;

  const json = { accept: 'application/json', 'content-type': 'application/json', origin: ORIGIN };
  const shown = await ask({ method: 'GET', path: '/jumio/verify', headers: json });
  if (shown?.status !== 200) return LATER;
  const { consent } = consentAnswer.parse(shown.json());
  const body = JSON.stringify({ consent: { text_version: consent.text_version } });
  const continued = await ask({ method: 'POST', path: '/jumio/verify', headers: json, body });
  if (continued === undefined || continued.status === 202) return { kind: 'later', mayBeGranted: true };
  if (continued.status === 409) return { kind: 'refused' };
  if (continued.status !== 200) return LATER;
  const link = new URL(linkAnswer.parse(continued.json()).url);
  return { kind: 'link', executionId: link.searchParams.get('authorizationToken') ?? '' };
}
