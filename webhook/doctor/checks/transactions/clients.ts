import { discoveryWire } from '../../../upstream/issuer-keys.ts';
import { type Check, hasTransactions } from '../../facts.ts';
import { type Finding, notCheckable } from '../../finding.ts';
import type { ProbeResult } from '../../probes/probe.ts';

/** Hosts of this machine, where a developer's application runs. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

function isInClear(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !LOOPBACK.test(hostname);
}

export const redirectsByHttps: Check = {
  group: 'payments',
  says: 'payers go back to their application by https',
  applies: hasTransactions,
  run({ service }) {
    return Object.entries(service?.TRANSACTIONS?.clients ?? {}).flatMap(([id, { redirect_uris: addresses }]) =>
      addresses.filter(isInClear).map((address) => ({
        id: 'redirect-in-clear',
        severity: 'warning',
        seen: `redirect_uris of ${id} has ${address}`,
        why: 'Whoever is between the payer and the application reads which payment it was, and may lead the payer elsewhere.',
        fix: { says: 'let the application be reached by https, and name that address' },
      })),
    );
  },
};

function issuerFinding(client: string, issuer: string, result: ProbeResult | undefined): Finding[] {
  const isAnswer = result !== undefined && 'status' in result;
  const document = isAnswer && result.status === 200 ? discoveryWire.safeParse(result.json).data : undefined;
  if (document?.issuer === issuer) return [];
  const failure = isAnswer ? `${result.status}, and no discovery document` : `no answer (${result?.failure})`;
  return [
    {
      id: document === undefined ? 'hint-issuer-unreachable' : 'hint-issuer-differs',
      severity: 'error',
      seen:
        document === undefined
          ? `hint.issuer of ${client}: ${issuer}/.well-known/openid-configuration gives ${failure}`
          : `hint.issuer of ${client} is ${issuer}; its discovery document says ${document.issuer}`,
      why: 'The signature of a hint cannot be checked: every payer whom this client sends by a link is refused.',
      fix: { says: 'let the application publish `issuer` and `jwks_uri` there, and name exactly its `issuer` here' },
    },
  ];
}

/** Keys that come in clear are whoever's: with a key of their own they sign a hint that looks like the client's. */
function hintsInClear(client: string, issuer: string): Finding[] {
  if (!isInClear(issuer)) return [];
  return [
    {
      id: 'hint-issuer-in-clear',
      severity: 'error',
      seen: `hint.issuer of ${client} is ${issuer}`,
      why: 'Whoever is between this service and the application can put a key in the place of its own, and lead payers to payments of their making.',
      fix: { says: 'let the application be reached by https, and name that issuer' },
    },
  ];
}

/** The issuers of signed hints, by client. */
function hintsOf(clients: Readonly<Record<string, { readonly hint?: { readonly issuer: string } | undefined }>>) {
  return Object.entries(clients).flatMap(([id, { hint }]) => (hint === undefined ? [] : [{ id, issuer: hint.issuer }]));
}

export const hintIssuers: Check = {
  group: 'payments',
  says: 'the issuer of each client’s signed hints answers with its keys, by https',
  applies: ({ service }) => hintsOf(service?.TRANSACTIONS?.clients ?? {}).length > 0,
  run({ service, observed: { hints } }) {
    if (hints === undefined) return notCheckable('they were not probed');
    const known = hintsOf(service?.TRANSACTIONS?.clients ?? {});
    return known.flatMap(({ id, issuer }) => [
      ...hintsInClear(id, issuer),
      ...issuerFinding(id, issuer, hints.get(issuer)),
    ]);
  },
};
