import { describe } from 'vitest';
import { waysClosedCases } from './suites/bypass/closed.ts';
import { SESSIONS_END, waysEndedCases } from './suites/bypass/ended.ts';
import { waysOpenCases } from './suites/bypass/open.ts';
import { KRATOS } from './support/kratos-under-test.ts';
import { useWorld } from './support/world.ts';

describe(`ways round the gate, with ${KRATOS}`, () => {
  describe('as shipped', () => waysClosedCases(useWorld()));
  describe('after the verdict', () => waysEndedCases(useWorld({ env: { POLICY: SESSIONS_END } })));
  describe('by a mistake in Kratos’ configuration', () => waysOpenCases(useWorld()));
});
