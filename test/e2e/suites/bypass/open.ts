import { beforeAll, describe, expect, test } from 'vitest';
import { recover, signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { newCredentials, type Person } from '../../../../sandbox/scenarios/person.ts';
import type { Operation } from '../../../support/doctor/operations.ts';
import { applyFixes, change, doctor, hooksText, LONG_TIMEOUT_MS } from '../../support/doctor.ts';
import { isReal } from '../../support/kratos-under-test.ts';
import { ALLOWED, REFUSED } from '../../support/outcomes.ts';
import { onlyExecutionOf, startsOf, type World } from '../../support/world.ts';
import { rejectedPerson } from './closed.ts';

const FLOWS = '/selfservice/flows';

function set(path: string, value: unknown): Operation {
  return { op: 'add', path, value };
}

function drop(path: string): Operation {
  return { op: 'remove', path };
}

/** A mistake in Kratos' configuration, its finding of the doctor, and the steps that exploit it. */
interface OpenWay {
  readonly name: string;
  readonly breaks: readonly Operation[];
  readonly finding: string;
  /** A rejected person gets in, or a sign-up starts no verification. */
  readonly by: 'signing in' | 'recovery' | 'signing up';
}

const RECOVERY: OpenWay = {
  name: 'recovery without the gate',
  breaks: [drop(`${FLOWS}/recovery/after/hooks`)],
  finding: 'recovery-without-gate',
  by: 'recovery',
};

const METHOD_LIST: OpenWay = {
  name: 'a method list without the gate',
  breaks: [set(`${FLOWS}/login/after/password/hooks/0/config/url`, '<SERVICE_URL>/jumio/initiate')],
  finding: 'gate-missing',
  by: 'signing in',
};

const SESSION_ALONE: OpenWay = {
  name: 'a method list with `session` alone',
  breaks: [set(`${FLOWS}/registration/after/password/hooks`, [{ hook: 'session' }])],
  finding: 'initiate-missing',
  by: 'signing up',
};

const GLOBAL_LIST: OpenWay = {
  name: 'a method without a list, as SAML is, and no gate in the global one',
  breaks: [drop(`${FLOWS}/login/after/password`), drop(`${FLOWS}/login/after/hooks`)],
  finding: 'gate-missing',
  by: 'signing in',
};

const NEVER_RUNS: OpenWay = {
  name: 'an interrupting hook in the global list',
  breaks: [
    drop(`${FLOWS}/registration/after/password`),
    set(`${FLOWS}/registration/after/hooks/0/config/can_interrupt`, true),
  ],
  finding: 'initiate-never-runs',
  by: 'signing up',
};

const IGNORED: OpenWay = {
  name: 'a gate whose answer is ignored',
  breaks: [
    drop(`${FLOWS}/login/after/password/hooks/0/config/can_interrupt`),
    set(`${FLOWS}/login/after/password/hooks/0/config/response`, { ignore: true }),
  ],
  finding: 'gate-ignored',
  by: 'signing in',
};

const TOO_EARLY: OpenWay = {
  name: 'an interrupting hook in a method list',
  breaks: [set(`${FLOWS}/registration/after/password/hooks/0/config/response`, { parse: true })],
  finding: 'initiate-before-identity',
  by: 'signing up',
};

/** Mistakes that can occur together: the doctor runs once for each set. The stand-in does not support `ignore`. */
const SETS: readonly (readonly OpenWay[])[] = [
  [RECOVERY, METHOD_LIST, SESSION_ALONE],
  [GLOBAL_LIST, NEVER_RUNS],
  isReal ? [IGNORED, TOO_EARLY] : [TOO_EARLY],
];

/** Each way is open with the mistake, reported by the doctor, and closed by its fix: the tests run all three. */
export function waysOpenCases(world: () => World): void {
  let rejected: Person;
  let shipped: string;

  beforeAll(async () => {
    shipped = await hooksText(world().stack);
    rejected = await rejectedPerson(world());
  });

  async function walk(by: 'signing in' | 'recovery') {
    if (by === 'signing in') return rejected.signIn({ as: 'browser' });
    return recover(world().stack.kratos, rejected.identityId, { as: 'browser' });
  }

  async function signedUp(): Promise<{ identityId: string }> {
    const { identityId = '' } = await signUp(world().stack.kratos, newCredentials(), { as: 'api' });
    return { identityId };
  }

  async function isOpen({ by }: OpenWay): Promise<void> {
    if (by === 'signing up') expect(await startsOf(world(), await signedUp())).toBe(0);
    else expect(await walk(by)).toMatchObject(ALLOWED);
  }

  async function isClosed({ by }: OpenWay): Promise<void> {
    if (by === 'signing up') await onlyExecutionOf(world(), await signedUp());
    else expect(await walk(by)).toMatchObject(REFUSED);
  }

  describe.each(SETS)('%#', (...ways) => {
    const ids = [...new Set(ways.map(({ finding }) => finding))];
    beforeAll(async () => {
      const breaks = ways.flatMap((way) => way.breaks);
      await change(world().stack, breaks, shipped);
    });

    test.each(ways)('$name: open', isOpen);

    test(
      `the doctor reports ${ids.join(', ')}, and Kratos takes the lines that it says`,
      async () => {
        const { stack } = world();
        const diagnosis = await doctor(stack);
        expect([diagnosis.code, diagnosis.findings.map(({ id }) => id)]).toEqual([1, expect.arrayContaining(ids)]);
        await applyFixes(stack, diagnosis, ids);
      },
      LONG_TIMEOUT_MS,
    );

    test.each(ways)('$name: closed by the fix', isClosed);
  });

  test(
    'the session of a sign-up comes before any verdict: reported by the doctor, and removed by its fix',
    async () => {
      const { stack } = world();
      await stack.kratos.reconfigure(shipped);
      expect(await signUp(stack.kratos, newCredentials(), { as: 'api' })).toMatchObject({ signedIn: true });
      const diagnosis = await doctor(stack);
      expect(diagnosis).toMatchObject({ code: 0, green: true }); // this is how people get to the verification
      await applyFixes(stack, diagnosis, ['session-before-verdict']);
      expect(await signUp(stack.kratos, newCredentials(), { as: 'api' })).toMatchObject({ signedIn: false });
    },
    LONG_TIMEOUT_MS,
  );
}
