import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Environment } from '../../../webhook/config/problem.ts';
import { decide, signedUp } from '../builders/people.ts';
import { type Browser, openBrowser, type ParsedPage } from '../clients/browser.ts';
import { unescapeHtml } from '../clients/entities.ts';
import { buildTestService, type TestService } from '../service/service.ts';
import { HOUR } from '../service/shifted-clock.ts';

/** The operators of the tests: their names are shown, and must be in no event. */
export const STAFF = {
  viewer: { id: randomUUID(), name: 'Vera Viewer' },
  reviewer: { id: randomUUID(), name: 'Rob Reviewer' },
  approver: { id: randomUUID(), name: 'Ann Approver' },
} as const;

/** The document of `OPERATORS` of the tests. @param more further lines */
export function operatorsYaml(more = ''): string {
  const people = Object.entries(STAFF).map(([role, { id, name }]) => `  ${id}: { name: ${name}, role: ${role} }`);
  return ['people:', ...people, more].join('\n');
}

/** A service with a console; its operators are signed in at Kratos with a second factor, at this moment. */
export async function consoleService(env: Environment = {}, more = ''): Promise<TestService> {
  const service = await buildTestService({ env: { OPERATORS: operatorsYaml(more), ...env } });
  for (const { id } of Object.values(STAFF)) service.kratos.authentications.set(id, { level: 'aal2' });
  return service;
}

/** The browser of an operator who has just signed in with a second factor. */
export function operatorBrowser(service: TestService, role: keyof typeof STAFF): Browser {
  return openBrowser(service, service.kratos.signIn(STAFF[role].id));
}

/** A person about whom Jumio warned, with what it found. */
export async function inReview(service: TestService): Promise<string> {
  const { id } = await signedUp(service);
  service.jumio.latest(id).findings = ['usability.BLURRED'];
  await decide(service, id, 'WARNING');
  return id;
}

/** Sends a form of a case as the page has it. @param fields what the operator chooses */
export async function decideAt(
  browser: Browser,
  id: string,
  fields: Readonly<Record<string, string>>,
  action = 'decision',
): Promise<ParsedPage> {
  const page = await browser.get(`/operator/people/${id}`);
  expect(page.status).toBe(200);
  return browser.post({ ...page.fields, ...fields }, `/operator/people/${id}/${action}`);
}

/** A page as it is read: without the escapes of HTML. */
export function textOf({ body }: ParsedPage): string {
  return unescapeHtml(body);
}

/** The heading of a page. */
export function titleOf({ body }: ParsedPage): string | undefined {
  return /<h1 id="title"[^>]*>([^<]*)</.exec(body)?.[1];
}

export const APPROVE = { choice: 'approve:document-checked-by-hand' };

export const REJECT = { choice: 'reject:forged-document' };

/** Lets the sign-ins of all operators grow too old to decide, and nothing else. */
export function age({ clock, kratos }: TestService): void {
  for (const { id } of Object.values(STAFF))
    kratos.authentications.set(id, { level: 'aal2', authenticatedAt: clock.now() - HOUR });
}
