import { type Config, parseConfig } from '../config/config.ts';
import { ConfigError, type ConfigProblem, type Environment } from '../config/problem.ts';
import { appliedAsRead } from './checks/applied.ts';
import { afterSignUp, returnUrls, sessions } from './checks/browser-flow.ts';
import { consoleAllowed } from './checks/console/return-url.ts';
import { cookieAttributes, cookieDomain } from './checks/cookies.ts';
import { eidHooks } from './checks/eid/hooks.ts';
import { eidDiscovery, eidInKratos, eidRecipe } from './checks/eid/providers.ts';
import { eventsTaken } from './checks/events/endpoints.ts';
import { hookAddresses, hookSecrets } from './checks/hook-address.ts';
import { hooksKept, recoveryCovered, signInCovered, signUpCovered } from './checks/hook-coverage.ts';
import { hookFlags, hookOrder, hookSettings } from './checks/hook-settings.ts';
import { creation, ledgerFile, ledgerOpens, migrations } from './checks/ledger.ts';
import { pages } from './checks/pages.ts';
import { wayOn } from './checks/policy-way-on.ts';
import { callbackAnswered, clock, hooksAnswered, jumioToken, kratosAdmin, whoami } from './checks/reachability.ts';
import { jumioUrls, policy, publicUrls, variables } from './checks/service.ts';
import { templates } from './checks/templates.ts';
import { hintIssuers, redirectsByHttps } from './checks/transactions/clients.ts';
import { approveAllowed, passkeysSign, phonesKnown, settingsGuarded } from './checks/transactions/kratos.ts';
import { codesSent } from './checks/transactions/twilio.ts';
import { verifiedFirst } from './checks/verified-first.ts';
import { type Check, type Facts, isOnFile } from './facts.ts';
import type { Finding, Group } from './finding.ts';
import { droppedHooks } from './kratos-config/dropped.ts';
import { merge, readConfigFile } from './kratos-config/read.ts';
import { readTemplates } from './kratos-config/templates.ts';
import { doesNothingAnswer, nothingAnswers } from './nothing-answers.ts';
import { probe } from './probes/probe.ts';
import { waitUntilUp } from './probes/wait.ts';

/** Every check, in the order of the report. */
export const CHECKS: readonly Check[] = [
  variables,
  publicUrls,
  jumioUrls,
  policy,
  pages,
  wayOn,
  signUpCovered,
  signInCovered,
  recoveryCovered,
  hookFlags,
  hookSettings,
  hookOrder,
  hooksKept,
  hookSecrets,
  hookAddresses,
  templates,
  eidHooks,
  eidInKratos,
  eidRecipe,
  eidDiscovery,
  afterSignUp,
  returnUrls,
  cookieDomain,
  cookieAttributes,
  sessions,
  verifiedFirst,
  passkeysSign,
  phonesKnown,
  codesSent,
  approveAllowed,
  settingsGuarded,
  redirectsByHttps,
  hintIssuers,
  eventsTaken,
  consoleAllowed,
  ledgerOpens,
  migrations,
  creation,
  ledgerFile,
  hooksAnswered,
  appliedAsRead,
  callbackAnswered,
  kratosAdmin,
  whoami,
  jumioToken,
  clock,
];

/** The checks of what answers, which say the same where nothing does. */
const OF_ANSWERS = new Set<Check>([
  hooksAnswered,
  appliedAsRead,
  callbackAnswered,
  kratosAdmin,
  whoami,
  jumioToken,
  clock,
  eidDiscovery,
]);

const NOTHING_ANSWERS: Check = {
  group: 'this service, called as Kratos calls it',
  says: 'something answers',
  run: (facts) => [nothingAnswers(facts)],
};

function applicableTo(facts: Facts): Check[] {
  const applicable = CHECKS.filter(({ applies }) => applies === undefined || applies(facts));
  if (!doesNothingAnswer(facts)) return applicable;
  return [...applicable.filter((check) => !OF_ANSWERS.has(check)), NOTHING_ANSWERS];
}

/** Facts that no probe from outside can find out, and how the operator can. Part of every report, also of a green one. */
const NEVER_CHECKABLE: Report['notCheckable'] = [
  {
    what: 'that the key may change identities',
    reason:
      'only a write would show it: the log warns when a PATCH is refused, and `list --stuck` names the identities that wait for it',
  },
  {
    what: 'that Kratos runs with this configuration',
    reason: 'it may have been started with other files, and its environment variables win over them',
  },
  {
    what: 'the workflow key',
    reason: 'Jumio checks it only when a verification is started; your contract names the key that is enabled',
  },
  {
    what: 'the domain prefix in the Jumio portal',
    reason: 'Jumio checks it only when a verification is started: without it, creation pauses and names the reason',
  },
  {
    what: 'that callbacks from Jumio’s addresses pass your firewall',
    reason:
      'a request from here does not come from those addresses; /jumio/callback needs no other protection than the service’s own',
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
    reason: 'it holds the key that authenticates callbacks: try a restore once',
  },
];

/** The same for a ledger on PostgreSQL. */
const POSTGRES_DISK = {
  what: 'the space on PostgreSQL’s disk',
  reason: 'it cannot be observed from here: your monitoring of the database can',
};

/** The report of the doctor. Published as JSON (`doctor --json`): names are stable. */
export interface Report {
  /** Neither an error nor a warning. */
  readonly green: boolean;
  /** Every check that applies was made. Without it `green` says nothing of what was not checked. */
  readonly complete: boolean;
  readonly passed: readonly { readonly group: Group; readonly says: string }[];
  readonly findings: readonly (Finding & { readonly group: Group })[];
  readonly notCheckable: readonly { readonly what: string; readonly reason: string }[];
}

/** Runs every check that applies. Pure: `facts` hold all that was read and observed. */
export function examine(facts: Facts): Report {
  const results = applicableTo(facts).map((check) => ({ ...check, result: check.run(facts) }));
  const checked = results.flatMap(({ result, ...check }) => ('notCheckable' in result ? [] : [{ ...check, result }]));
  const findings = checked.flatMap(({ group, result }) => result.map((finding) => ({ ...finding, group })));
  const skipped = results.flatMap(({ says, result }) =>
    'notCheckable' in result ? [{ what: says, reason: result.notCheckable }] : [],
  );
  return {
    green: findings.every(({ severity }) => severity === 'info'),
    complete: skipped.length === 0 && !doesNothingAnswer(facts),
    passed: checked.filter(({ result }) => result.length === 0).map(({ group, says }) => ({ group, says })),
    findings,
    notCheckable: [...skipped, ...NEVER_CHECKABLE, ...(isOnFile(facts) ? [] : [POSTGRES_DISK])],
  };
}

export interface DoctorOptions {
  /** The environment of this service. */
  readonly env: Environment;
  /** Says where its variables came from. */
  readonly environmentSources: string;
  /** Kratos' configuration files, in the order of `kratos serve -c`; may be empty. */
  readonly kratosConfig: readonly string[];
  /** Waits as long, in seconds, until the service, Kratos and Jumio answer; by default not at all. */
  readonly waitSeconds?: number;
}

function parsed(env: Environment): { readonly service?: Config; readonly problems: readonly ConfigProblem[] } {
  try {
    return { service: parseConfig(env), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

/**
 * Reads the configurations, probes what they name, and reports what is wrong. Changes nothing.
 * @throws UnreadableConfig for a file that is no configuration of Kratos
 */
export async function diagnose({
  env,
  environmentSources,
  kratosConfig,
  waitSeconds = 0,
}: DoctorOptions): Promise<Report> {
  const files = await Promise.all(kratosConfig.map(async (path) => ({ path, tree: await readConfigFile(path) })));
  const kratos = files.length === 0 ? undefined : merge(files.map(({ tree }) => tree));
  const dropped = kratos === undefined ? [] : droppedHooks(files, kratos);
  const { service, problems } = parsed(env);
  if (service !== undefined) await waitUntilUp(service, waitSeconds);
  const [observed, templates] = await Promise.all([probe(kratos, service), readTemplates(kratos)]);
  const read = { ...(kratos && { kratos }), ...(service && { service }) };
  return examine({ problems, environmentSources, observed, templates, dropped, ...read });
}
