import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Reason } from '../../../webhook/model.ts';
import { agree } from '../../../webhook/verification/person/consent.ts';
import { type Browser, openBrowser } from '../clients/browser.ts';
import { callback, callbackOf } from '../clients/calls.ts';
import { type Execution, process } from '../fakes/jumio.ts';
import { eventually, recordOf, signUp, untilStatus } from '../service/eventually.ts';
import type { TestService } from '../service/service.ts';
import { MINUTE } from '../service/shifted-clock.ts';

/** A person with a session at Kratos, unknown to the service unless `signedUp`. */
export interface Visitor {
  readonly id: string;
  readonly browser: Browser;
}

/** A person with a session and no verification. */
export function visitor(service: TestService, id: string = randomUUID()): Visitor {
  return { id, browser: openBrowser(service, service.kratos.signIn(id)) };
}

/** A person who has signed up: the first status is published. */
export async function signedUp(service: TestService): Promise<Visitor> {
  const { id, browser } = visitor(service);
  await signUp(service, id);
  return { id, browser };
}

/** Lets Jumio decide the latest execution, and waits until callback, read and publication are done. */
export async function decide(
  service: TestService,
  id: string,
  type: 'PASSED' | 'WARNING' | 'REJECTED',
  reason?: Reason,
): Promise<Execution> {
  const execution = service.jumio.latest(id);
  // Each verdict is the latest of Jumio, however quickly a test requests them.
  service.clock.advance(MINUTE);
  process(execution, type, service.clock.now(), reason);
  await callback(service, callbackOf(execution));
  await eventually(async () => {
    const { verifications } = await recordOf(service, id);
    expect(verifications.find(({ executionId }) => executionId === execution.executionId)?.decision).not.toBeNull();
  });
  await untilStatus(service, id, type === 'PASSED' ? 'approved' : type === 'WARNING' ? 'review' : 'rejected');
  return execution;
}

/** Records the person’s agreement to the current consent text, and nothing else. */
export async function hasAgreed({ ctx }: TestService, { id }: Visitor): Promise<void> {
  await agree(ctx, { identityId: id, inherited: null }, { version: ctx.consentVersion, language: 'en' });
}

/** The input of a person who continues and agrees to the current consent text. */
export function agreementInput({ ctx }: TestService) {
  return { returnTo: null, agreement: { version: ctx.consentVersion, language: 'en' } };
}
