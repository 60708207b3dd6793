import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newPerson } from '../../../../sandbox/scenarios/person.ts';
import { operate } from '../../support/operator.ts';
import { ALLOWED, MANIPULATED, REFUSED } from '../../support/outcomes.ts';
import { eventually, onlyExecutionOf, type World } from '../../support/world.ts';

const metadata = z.object({
  metadata_public: z.record(z.string(), z.unknown()).nullable(),
  metadata_admin: z.record(z.string(), z.unknown()).nullable(),
});

/** Each command is a process of its own, which starts slowly on a busy machine. */
const SLOW_MS = 120_000;

/** The operator's program beside the running service: two processes on one ledger. */
export function operatorCases(world: () => World): void {
  async function rejected() {
    const person = await newPerson(world().stack);
    await person.choose(await person.goToJumio(), MANIPULATED);
    await person.waitFor({ status: 'rejected' });
    return person;
  }

  async function metadataOf(identityId: string) {
    const { adminUrl } = world().stack.kratos;
    const answer = await send({ method: 'GET', url: `${adminUrl}/admin/identities/${identityId}` });
    const { metadata_public, metadata_admin } = metadata.parse(answer.json());
    return { ...metadata_public, ...metadata_admin };
  }

  test(
    'status by e-mail address prints why a person is blocked, and no personal data',
    async () => {
      const person = await rejected();
      expect(await person.signIn()).toMatchObject(REFUSED);
      const { code, out } = await operate(world(), ['status', person.credentials.email]);
      expect(code).toBe(0);
      expect(out).toContain(person.identityId);
      expect(out).toContain('A sign-in now: block, by rule 1 (rejected)');
      expect(out).not.toContain(person.credentials.email);
    },
    SLOW_MS,
  );

  test(
    'a rejected person starts again by the link that restart prints, and override allows the sign-in',
    async () => {
      const person = await rejected();
      const { out } = await operate(world(), ['restart', person.identityId, '--by', 'ann', '--json']);
      const { address } = JSON.parse(out);
      const page = await createBrowser().get(address);
      expect(page.status).toBe(200);
      const result = await operate(world(), [
        'override',
        person.identityId,
        '--approve',
        '--reason',
        'seen_in_branch',
        '--by',
        'ann',
        '--yes',
      ]);
      expect(result).toMatchObject({ code: 0, err: '' });
      await person.waitFor({ status: 'approved', source: 'operator' });
      expect(await person.signIn()).toMatchObject(ALLOWED);
    },
    SLOW_MS,
  );

  test(
    'erase deletes at Jumio, clears Kratos, and the standing still decides',
    async () => {
      const person = await rejected();
      const { id } = await onlyExecutionOf(world(), person);
      expect((await operate(world(), ['erase', person.identityId, '--by', 'ann', '--yes'])).code).toBe(0);
      await eventually(async () => {
        expect(await world().jumio.executionsOf(person.identityId)).toEqual([]);
        expect(await metadataOf(person.identityId)).not.toHaveProperty('jumio');
      });
      expect(await person.signIn()).toMatchObject(REFUSED);
      const { out: status } = await operate(world(), ['status', person.identityId, '--json']);
      expect(JSON.parse(status)).toMatchObject({
        status: 'rejected',
        waiting_on: 'nobody',
        kratos: { differences: [] },
      });
      expect(status).not.toContain(`"workflow_execution_id": "${id}"`);
    },
    SLOW_MS,
  );
}
