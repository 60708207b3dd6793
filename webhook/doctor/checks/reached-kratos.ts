import { z } from 'zod';
import type { Check } from '../facts.ts';
import type { Finding } from '../finding.ts';
import type { Asked } from '../probes/ask.ts';
import { NOT_ASKED, words } from './reached.ts';

function adminFinding(asked: Asked): Finding {
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
