import { beforeAll, expect, test } from 'vitest';
import { newCredentials, type Person } from '../../../sandbox/journeys/person.ts';
import { recover, signUp } from '../../../sandbox/kratos/flows.ts';
import type { Operation } from '../../support/doctor/operations.ts';
import { change, doctor, follow, hooksText } from '../doctor.ts';
import { isReal } from '../kratos-under-test.ts';
import { ALLOWED, REFUSED } from '../outcomes.ts';
import { eventually, type World } from '../world.ts';
import { rejectedPerson } from './ways-closed-cases.ts';

const FLOWS = '/selfservice/flows';

function set(path: string, value: unknown): Operation {
  return { op: 'add', path, value };
}

function drop(path: string): Operation {
  return { op: 'remove', path };
}

/** A mistake in Kratos' configuration by which a rejected person gets in, and what the doctor calls it. */
interface OpenWay {
  readonly name: string;
  readonly breaks: readonly Operation[];
  readonly finding: string;
  readonly by: 'signing in' | 'recovery';
}

const WAYS: readonly OpenWay[] = [
  {
    name: 'recovery without the gate',
    breaks: [drop(`${FLOWS}/recovery/after/hooks`)],
    finding: 'recovery-without-gate',
    by: 'recovery',
  },
  {
    name: 'a method list without the gate',
    breaks: [set(`${FLOWS}/login/after/password/hooks/0/config/url`, '<SERVICE_URL>/jumio/initiate')],
    finding: 'gate-missing',
    by: 'signing in',
  },
  {
    name: 'a method without a list, as SAML is, and no gate in the global one',
    breaks: [drop(`${FLOWS}/login/after/password`), drop(`${FLOWS}/login/after/hooks`)],
    finding: 'gate-missing',
    by: 'signing in',
  },
  {
    name: 'a gate whose answer is ignored',
    breaks: [
      drop(`${FLOWS}/login/after/password/hooks/0/config/can_interrupt`),
      set(`${FLOWS}/login/after/password/hooks/0/config/response`, { ignore: true }),
    ],
    finding: 'gate-ignored',
    by: 'signing in',
  },
];

/** A mistake by which a sign-up starts no verification. */
const SIGN_UPS = [
  {
    name: 'a method list with `session` alone',
    breaks: [set(`${FLOWS}/registration/after/password/hooks`, [{ hook: 'session' }])],
    finding: 'initiate-missing',
  },
  {
    name: 'an interrupting hook in the global list',
    breaks: [
      drop(`${FLOWS}/registration/after/password`),
      set(`${FLOWS}/registration/after/hooks/0/config/can_interrupt`, true),
    ],
    finding: 'initiate-never-runs',
  },
  {
    name: 'an interrupting hook in a method list',
    breaks: [set(`${FLOWS}/registration/after/password/hooks/0/config/response`, { parse: true })],
    finding: 'initiate-before-identity',
  },
] as const;

/** Each way is open with the mistake, reported by the doctor, and closed when its lines are changed: all three are run. */
export function waysOpenCases(world: () => World): void {
  let rejected: Person;
  let shipped: string;

  beforeAll(async () => {
    const { place } = world();
    shipped = await hooksText(place);
    rejected = await rejectedPerson(world());
  });

  async function walks({ by }: OpenWay) {
    return by === 'recovery'
      ? recover(world().place.kratos, rejected.identityId, { as: 'browser' })
      : rejected.signsIn({ as: 'browser' });
  }

  test.each(WAYS.filter(({ finding }) => isReal || finding !== 'gate-ignored'))(
    '$name: open, reported as $finding, closed by its fix',
    async (way) => {
      const { place } = world();
      await change(place, way.breaks, shipped);
      expect(await walks(way)).toMatchObject(ALLOWED);
      const diagnosis = await doctor(place);
      expect([diagnosis.code, diagnosis.findings.map(({ id }) => id)]).toEqual([
        1,
        expect.arrayContaining([way.finding]),
      ]);
      await follow(place, diagnosis, way.finding);
      expect(await walks(way)).toMatchObject(REFUSED);
    },
  );

  async function startedBySignUp(): Promise<boolean> {
    const { identityId = '' } = await signUp(world().place.kratos, newCredentials(), { as: 'api' });
    return (await world().jumio.executionsOf(identityId)).length === 1;
  }

  test.each(SIGN_UPS)('$name: starts nothing, reported as $finding, closed by its fix', async ({ breaks, finding }) => {
    const { place } = world();
    await change(place, breaks, shipped);
    expect(await startedBySignUp()).toBe(false);
    const diagnosis = await doctor(place);
    expect([diagnosis.code, diagnosis.findings.map(({ id }) => id)]).toEqual([1, expect.arrayContaining([finding])]);
    await follow(place, diagnosis, finding);
    await eventually(async () => expect(await startedBySignUp()).toBe(true));
  });

  test('the session of a sign-up comes before any verdict: told by the doctor, and its fix takes it away', async () => {
    const { place } = world();
    await place.kratos.reconfigure(shipped);
    expect(await signUp(place.kratos, newCredentials(), { as: 'api' })).toMatchObject({ signedIn: true });
    const diagnosis = await doctor(place);
    expect(diagnosis).toMatchObject({ code: 0, green: true }); // it is how people get to the verification
    await follow(place, diagnosis, 'session-before-verdict');
    expect(await signUp(place.kratos, newCredentials(), { as: 'api' })).toMatchObject({ signedIn: false });
  });
}
