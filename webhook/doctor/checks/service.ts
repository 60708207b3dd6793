import type { Config } from '../../config/config.ts';
import { dataCentreOf, isPrivateHost } from '../../config/hosts.ts';
import { defaultPolicy, defaultPolicyWithPages } from '../../verification/policy/index.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { type Tree, textAt } from '../kratos-config/read.ts';

const UNREADABLE = notCheckable('the configuration of this service cannot be read');

/** The service does not start with any of these. */
export const variables: Check = {
  group: 'configuration of this service',
  says: 'every variable can be read',
  run: ({ problems, environmentSources }) =>
    problems.map(({ name, expected, seen }) => ({
      id: 'variable',
      severity: 'error',
      seen: `${name}: ${seen}`,
      why: `The service does not start. ${environmentSources}`.trimEnd(),
      fix: { says: `set ${name} to ${expected}` },
    })),
};

function noPages({ PUBLIC_URL, KRATOS_PUBLIC_URL }: Config, kratos: Tree | undefined): Finding[] {
  const missing = Object.entries({ PUBLIC_URL, KRATOS_PUBLIC_URL }).flatMap(([name, url]) =>
    url === undefined ? [name] : [],
  );
  if (missing.length === 0) return [];
  const base = textAt(kratos, '/serve/public/base_url');
  const environment = KRATOS_PUBLIC_URL === undefined && base !== undefined ? { KRATOS_PUBLIC_URL: base } : {};
  return [
    {
      id: 'no-pages',
      severity: 'warning',
      seen: `${missing.join(' and ')} not set`,
      why: 'Without them there are no pages that send people to Jumio and back, and callbacks go where the Jumio portal says.',
      fix: { says: `set ${missing.join(' and ')}`, environment },
    },
  ];
}

function otherKratosHost({ KRATOS_PUBLIC_URL }: Config, kratos: Tree | undefined): Finding[] {
  const base = textAt(kratos, '/serve/public/base_url');
  if (KRATOS_PUBLIC_URL === undefined || base === undefined || !URL.canParse(base)) return [];
  if (new URL(base).host === new URL(KRATOS_PUBLIC_URL).host) return [];
  return [
    {
      id: 'kratos-elsewhere',
      severity: 'warning',
      seen: `KRATOS_PUBLIC_URL is on ${new URL(KRATOS_PUBLIC_URL).host}, serve.public.base_url on ${new URL(base).host}`,
      why: 'This service sends browsers to the first, Kratos to the second; a cookie of one may not reach the other.',
      fix: { says: 'use the URL that browsers use', environment: { KRATOS_PUBLIC_URL: base } },
    },
  ];
}

export const publicUrls: Check = {
  group: 'configuration of this service',
  says: 'the public URLs of this service and of Kratos are known',
  run({ service, kratos }) {
    if (service === undefined) return UNREADABLE;
    return [...noPages(service, kratos), ...otherKratosHost(service, kratos)];
  },
};

/** The data centres that Jumio documents (docs/reference/jumio.md#1-regions-and-base-urls). */
const DATA_CENTRES = ['amer-1', 'emea-1', 'apac-1'];

/** A token endpoint of another data centre is refused at start; the retrieval host is only checked here. */
function differentDataCentres({ JUMIO_RETRIEVAL_BASE_URL: url, JUMIO_API_BASE_URL }: Config): Finding[] {
  const expected = dataCentreOf(JUMIO_API_BASE_URL);
  const centre = url === undefined ? undefined : dataCentreOf(url);
  if (url === undefined || expected === undefined || centre === undefined || centre === expected) return [];
  return [
    {
      id: 'jumio-data-centres',
      severity: 'error',
      seen: `JUMIO_RETRIEVAL_BASE_URL is in ${centre}, JUMIO_API_BASE_URL in ${expected}`,
      why: 'A tenant lives in one data centre: another one knows neither its credentials nor its executions.',
      fix: { says: 'use one data centre', environment: { JUMIO_RETRIEVAL_BASE_URL: url.replace(centre, expected) } },
    },
  ];
}

function unknownDataCentre({ JUMIO_API_BASE_URL: url }: Config): Finding[] {
  const centre = dataCentreOf(url);
  if (centre === undefined || DATA_CENTRES.includes(centre)) return [];
  return [
    {
      id: 'jumio-data-centre-unknown',
      severity: 'warning',
      seen: `JUMIO_API_BASE_URL is in ${centre}`,
      why: `Jumio documents ${DATA_CENTRES.join(', ')}.`,
      fix: { says: 'compare it with the URL of your Jumio portal' },
    },
  ];
}

function notPublic({ PUBLIC_URL, JUMIO_API_BASE_URL }: Config): Finding[] {
  const isJumio = dataCentreOf(JUMIO_API_BASE_URL) !== undefined;
  if (PUBLIC_URL === undefined || !isJumio || !isPrivateHost(new URL(PUBLIC_URL).hostname)) return [];
  return [
    {
      id: 'callback-not-public',
      severity: 'error',
      seen: `PUBLIC_URL is ${new URL(PUBLIC_URL).origin}`,
      why: 'Jumio cannot call it. Verdicts are then found by scheduled reads only, minutes to hours later.',
      fix: { says: 'use a host name that resolves on the internet' },
    },
  ];
}

export const jumioUrls: Check = {
  group: 'configuration of this service',
  says: 'Jumio’s URLs are those of one data centre, and Jumio can call this service',
  run({ service }) {
    if (service === undefined) return UNREADABLE;
    return [...differentDataCentres(service), ...unknownDataCentre(service), ...notPublic(service)];
  },
};

function shadow({ GATE_MODE }: Config): Finding[] {
  if (GATE_MODE !== 'shadow') return [];
  return [
    {
      id: 'gate-in-shadow',
      severity: 'warning',
      seen: 'GATE_MODE is shadow',
      why: 'No sign-in and no sign-up is refused, and a rejection ends no session; `report` shows what would have been.',
      fix: { says: 'enforce when the report is as intended', environment: { GATE_MODE: 'enforce' } },
    },
  ];
}

function openOnFailure({ ON_FAILURE }: Config): Finding[] {
  if (ON_FAILURE !== 'allow') return [];
  return [
    {
      id: 'gate-open-on-failure',
      severity: 'info',
      seen: 'ON_FAILURE is allow',
      why: 'With the ledger down and no published copy in the request, rejected people sign in.',
      fix: { says: 'block, if that is worse than refusing every sign-in', environment: { ON_FAILURE: 'block' } },
    },
  ];
}

const REVOKE_SESSIONS = 'on_rejected: { revoke_sessions: true }';

const TRY_AGAIN = '{ when: { status: rejected, waiting_on: [person, jumio] }, then: block_with_way_on }';

/** The default rules, with `REVOKE_SESSIONS`; undefined where the operator has rules of their own. */
function defaultWithRevoke({ policy }: Config): string | undefined {
  const rules = '{ when: { status: rejected }, then: block }, { then: allow }';
  if (policy.hash === defaultPolicy.hash) return `{ rules: [${rules}], ${REVOKE_SESSIONS} }`;
  if (policy.hash === defaultPolicyWithPages.hash) return `{ rules: [${TRY_AGAIN}, ${rules}], ${REVOKE_SESSIONS} }`;
  return undefined;
}

function sessionsOutliveVerdict(service: Config): Finding[] {
  const { policy } = service;
  if (policy.onRejected.revokeSessions || policy.onRejected.deactivate) return [];
  const instead = defaultWithRevoke(service);
  return [
    {
      id: 'sessions-outlive-verdict',
      severity: 'info',
      seen: 'the policy does not end sessions when a person is rejected',
      why: 'A person who signed in before the verdict stays signed in until the session ends; the application must read the status.',
      fix: {
        says: instead === undefined ? `put \`${REVOKE_SESSIONS}\` into the policy` : 'end them, by a policy',
        ...(instead !== undefined && { environment: { POLICY: instead } }),
      },
    },
  ];
}

/** The effect of the operator's own settings. */
export const policy: Check = {
  group: 'configuration of this service',
  says: 'the gate enforces its policy, and a rejection ends sessions',
  run({ service }) {
    if (service === undefined) return UNREADABLE;
    return [...shadow(service), ...openOnFailure(service), ...sessionsOutliveVerdict(service)];
  },
};
