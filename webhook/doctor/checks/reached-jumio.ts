import { tokenWire } from '../../jumio/wire.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import type { Asked } from '../probes/ask.ts';
import { NOT_ASKED, words } from './reached.ts';

const LATEST_MS = 30_000;

function tokenFinding(asked: Asked): Finding {
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
