import { type Document, isSeq } from 'yaml';
import type { Config } from '../../config/config.ts';
import { afterSignUp, returnUrls } from '../../doctor/checks/browser-flow.ts';
import { cookieAttributes, cookieDomain } from '../../doctor/checks/cookies.ts';
import type { Operation } from '../../doctor/finding.ts';
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

/**
 * Changes in a merged configuration what the doctor finds wrong with the redirects and cookies that the pages need.
 * @returns what was observed, and what was done: one line each
 */
export function repairBrowserFlow(document: Document, service: Config): string[] {
  const nothing = { dropped: [], problems: [], environmentSources: '', templates: new Map() };
  const facts = { ...nothing, kratos: treeOf(document), service, observed: { now: 0, addresses: new Map() } };
  const results = CHECKS.map((check) => check.run(facts));
  const findings = results.flatMap((result) => ('notCheckable' in result ? [] : result));
  const wrong = findings.filter(({ severity, fix }) => severity !== 'info' && fix.kratos !== undefined);
  for (const { fix } of wrong) for (const operation of fix.kratos ?? []) apply(document, operation);
  return wrong.map(({ seen, fix }) => `${seen}: ${fix.says}`);
}
