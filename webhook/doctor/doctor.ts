import { type Config, parseConfig } from '../config/config.ts';
import { ConfigError, type Environment, type Problem } from '../config/problem.ts';
import { returnUrls, sessions, wayThere } from './checks/browser-flow.ts';
import { cookieAttributes, cookieDomain } from './checks/cookies.ts';
import { eidHooks } from './checks/eid-hooks.ts';
import { eidDiscovery, eidInKratos, eidRecipe } from './checks/eid-providers.ts';
import { reach, secrets } from './checks/hook-address.ts';
import { recoveryCovered, signInCovered, signUpCovered } from './checks/hook-coverage.ts';
import { entries, flags, order } from './checks/hook-settings.ts';
import { creation, file, ledgerOpens, migrations } from './checks/ledger.ts';
import { callbackAnswered, clock, hooksAnswered, jumioToken, kratosAdmin, whoami } from './checks/reachability.ts';
import { addresses, jumioAddresses, policy, variables } from './checks/service.ts';
import { templates } from './checks/templates.ts';
import type { Check, Facts } from './facts.ts';
import type { Finding, Group } from './finding.ts';
import { readKratosConfig } from './kratos-config/read.ts';
import { readTemplates } from './kratos-config/templates.ts';
import { probe } from './probes/probe.ts';

/** Every check, in the order of the report. */
export const CHECKS: readonly Check[] = [
  variables,
  addresses,
  jumioAddresses,
  policy,
  signUpCovered,
  signInCovered,
  recoveryCovered,
  flags,
  entries,
  order,
  secrets,
  reach,
  templates,
  eidHooks,
  eidInKratos,
  eidRecipe,
  eidDiscovery,
  wayThere,
  returnUrls,
  cookieDomain,
  cookieAttributes,
  sessions,
  ledgerOpens,
  migrations,
  creation,
  file,
  hooksAnswered,
  callbackAnswered,
  kratosAdmin,
  whoami,
  jumioToken,
  clock,
];

function parsed(env: Environment): { readonly service?: Config; readonly problems: readonly Problem[] } {
  try {
    return { service: parseConfig(env), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

export interface DoctorOptions {
  readonly env: Environment;
  /** Kratos' configuration files, as they are given to `kratos serve -c`. */
  readonly kratosConfig: readonly string[];
  readonly userAgent: string;
}

/**
 * Looks at everything that can be looked at without changing anything, and says what is wrong.
 * @throws UnreadableConfig for a file that is no configuration of Kratos
 */
export async function diagnose({ env, kratosConfig, userAgent }: DoctorOptions): Promise<Report> {
  const kratos = await readKratosConfig(kratosConfig);
  const { service, problems } = parsed(env);
  const [seen, templates] = await Promise.all([probe(kratos, service, userAgent), readTemplates(kratos)]);
  return examine({ problems, seen, templates, ...(kratos && { kratos }), ...(service && { service }) });
}

export interface Report {
  /** Neither an error nor a warning. */
  readonly green: boolean;
  readonly passed: readonly { readonly group: Group; readonly says: string }[];
  readonly findings: readonly (Finding & { readonly group: Group })[];
  readonly notCheckable: readonly { readonly what: string; readonly reason: string }[];
}

/** Judges what was seen: a pure function. */
export function examine(facts: Facts): Report {
  const asked = CHECKS.filter(({ applies }) => applies === undefined || applies(facts));
  const results = asked.map((check) => ({ ...check, result: check.look(facts) }));
  const looked = results.flatMap(({ result, ...check }) => ('notCheckable' in result ? [] : [{ ...check, result }]));
  const findings = looked.flatMap(({ group, result }) => result.map((finding) => ({ ...finding, group })));
  const skipped = results.flatMap(({ says, result }) =>
    'notCheckable' in result ? [{ what: says, reason: result.notCheckable }] : [],
  );
  return {
    green: findings.every(({ severity }) => severity === 'info'),
    passed: looked.filter(({ result }) => result.length === 0).map(({ group, says }) => ({ group, says })),
    findings,
    notCheckable: [...skipped, ...NEVER_CHECKABLE],
  };
}
/** What no look from outside can tell, and how to find out. Said also when everything is green. */
export const NEVER_CHECKABLE: readonly { readonly what: string; readonly reason: string }[] = [
  {
    what: 'that the key may change identities',
    reason:
      'only a write would show it: the log warns of a PATCH that is refused, and `list --stuck` names who waits for it',
  },
  {
    what: 'that Kratos runs with this configuration',
    reason: 'it may have been started with other files, and its environment variables win over them',
  },
  {
    what: 'the workflow key',
    reason: 'Jumio tells only when a verification is started; the contract names the key that is enabled',
  },
  {
    what: 'the domain prefix in the Jumio portal',
    reason: 'Jumio tells only when a verification is started: without it, creation pauses and says so',
  },
  {
    what: 'that callbacks from Jumio’s addresses pass your firewall',
    reason:
      'a look from here does not come from there; /jumio/callback needs no other protection than the service’s own',
  },
  {
    what: 'a limit on the size of requests in front of Kratos',
    reason:
      'requests of some 45 KiB make Kratos call the hooks with an empty body. Send a sign-in with a User-Agent of ' +
      '20 KiB: a proxy with a limit answers 4xx itself',
  },
  {
    what: 'that cookies.domain is a registrable domain',
    reason:
      'this needs the list of public suffixes: a.co.uk and b.co.uk share only co.uk, for which browsers keep no cookie',
  },
  {
    what: 'that the ledger is backed up',
    reason: 'it holds the key by which callbacks are recognised: try a restore once',
  },
];
