import { type Document, isSeq } from 'yaml';
import type { Config } from '../../config/config.ts';
import { afterSignUp, returnUrls } from '../../doctor/checks/browser-flow.ts';
import { cookieAttributes, cookieDomain } from '../../doctor/checks/cookies.ts';
import type { Finding, Operation } from '../../doctor/finding.ts';
import { dotted } from '../../doctor/kratos-config/hooks.ts';
import { keysOf } from '../../doctor/kratos-config/read.ts';
import { treeOf } from './merge.ts';

/** The checks of the doctor on the way between Kratos, this service and the application. */
const CHECKS = [afterSignUp, returnUrls, cookieDomain, cookieAttributes];

function apply(document: Document, { op, path, value }: Operation): void {
  const keys = keysOf(path);
  const list = document.getIn(keys.slice(0, -1), true);
  const last = keys.at(-1) ?? '';
  if (op === 'remove') document.deleteIn(keys);
  else if (op === 'add' && isSeq(list))
    list.items.splice(last === '-' ? list.items.length : Number(last), 0, document.createNode(value));
  else document.setIn(keys, document.createNode(value));
}

/** What the doctor finds wrong with the redirects and cookies of a merged configuration. */
export interface Repairs {
  /** What was done to it. */
  readonly operations: readonly Operation[];
  /** What was observed, and what was done: one line each. */
  readonly changed: readonly string[];
  /** What was observed, and what the operator must decide. */
  readonly open: readonly string[];
}

/** A domain that neither host has by itself may be one under which anybody registers (`co.uk`): browsers drop its cookies. */
function isCertain({ id, fix }: Finding, { PUBLIC_URL, KRATOS_PUBLIC_URL }: Config): boolean {
  if (id !== 'cookie-domain') return true;
  const hosts = [PUBLIC_URL, KRATOS_PUBLIC_URL].flatMap((url) => (url === undefined ? [] : [new URL(url).hostname]));
  return (fix.kratos ?? []).every(({ value }) => typeof value === 'string' && hosts.includes(value));
}

function sayOpen({ seen, fix }: Finding): string {
  const values = (fix.kratos ?? []).map(({ path, value }) => `${dotted(path)}: ${String(value)}`).join(', ');
  return `${seen}: ${fix.says} (${values}), if it is yours alone and no public suffix such as co.uk`;
}

/** Changes in a merged configuration what the doctor finds wrong with the redirects and cookies that the pages need. */
export function repairBrowserFlow(document: Document, service: Config): Repairs {
  const nothing = { dropped: [], problems: [], environmentSources: '', templates: new Map() };
  const facts = { ...nothing, kratos: treeOf(document), service, observed: { now: 0, addresses: new Map() } };
  const results = CHECKS.map((check) => check.run(facts));
  const findings = results.flatMap((result) => ('notCheckable' in result ? [] : result));
  const wrong = findings.filter(({ severity, fix }) => severity !== 'info' && fix.kratos !== undefined);
  const certain = wrong.filter((finding) => isCertain(finding, service));
  const operations = certain.flatMap(({ fix }) => fix.kratos ?? []);
  for (const operation of operations) apply(document, operation);
  return {
    operations,
    changed: certain.map(({ seen, fix }) => `${seen}: ${fix.says}`),
    open: wrong.filter((finding) => !certain.includes(finding)).map(sayOpen),
  };
}
