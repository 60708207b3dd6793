import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Reason } from '../../../webhook/model.ts';
import { agree } from '../../../webhook/verification/person/consent.ts';
import { type Browser, openBrowser } from '../clients/browser.ts';
import { callback, callbackOf } from '../clients/calls.ts';
import { type Execution, process } from '../fakes/jumio.ts';
import { eventually, reaches, signUp, snapshotOf } from '../service/eventually.ts';
import type { TestService } from '../service/service.ts';
import { MINUTE } from '../service/shifted-clock.ts';

/** A person with a session at Kratos, whom the service has not met unless `signedUp`. */
export interface Visitor {
  readonly id: string;
  readonly browser: Browser;
}

export function visitor(service: TestService, id: string = randomUUID()): Visitor {
  return { id, browser: openBrowser(service, service.kratos.signIn(id)) };
}

export async function signedUp(service: TestService): Promise<Visitor> {
  const { id, browser } = visitor(service);
  await signUp(service, id);
  return { id, browser };
}

/** Jumio's verdict on the latest execution, told by a callback, read and published. */
export async function decide(
  service: TestService,
  id: string,
  type: 'PASSED' | 'WARNING' | 'REJECTED',
  reason?: Reason,
): Promise<Execution> {
  const execution = service.jumio.latest(id);
  // Each verdict is Jumio's latest, however quickly a test takes them.
  service.clock.advance(MINUTE);
  process(execution, type, service.clock.now(), reason);
  await callback(service, callbackOf(execution));
  await eventually(async () => {
    const { verifications } = await snapshotOf(service, id);
    expect(verifications.find(({ executionId }) => executionId === execution.executionId)?.decision).not.toBeNull();
  });
  await reaches(service, id, type === 'PASSED' ? 'approved' : type === 'WARNING' ? 'review' : 'rejected');
  return execution;
}

/** The person has agreed to the text as it reads now, and gone no further. */
export async function hasAgreed({ ctx }: TestService, { id }: Visitor): Promise<void> {
  await agree(ctx, { identityId: id, inherited: null }, { version: ctx.consentVersion, language: 'en' });
}

/** The person goes on and agrees to the text as it reads now. */
export function agreeing({ ctx }: TestService) {
  return { returnTo: null, agreement: { version: ctx.consentVersion, language: 'en' } };
}
