import { z } from 'zod';
import { isAt } from '../eid-hooks.ts';
import type { Check } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { dotted } from '../hooks.ts';
import type { HookAnswer } from '../probes/seen.ts';
import { NOT_ASKED, words } from './reached.ts';

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
