import { describe } from 'vitest';
import { findKratos, versionOf } from '../../../sandbox/kratos/real/binary.ts';

const binary = findKratos();

/** Which Kratos the tests run against: for their names. */
export const KRATOS = binary === undefined ? 'the stand-in for Kratos' : `a real Kratos, ${await versionOf(binary)}`;

export const isReal = binary !== undefined;

/** For the name of a test that only a real Kratos can pass. */
export const OR_WHY_SKIPPED = isReal
  ? ''
  : ' (skipped: it takes a real Kratos, and KRATOS_BIN is not set and there is no kratos on the PATH)';

/** For people who do not get in each other's way; a real Kratos on SQLite would tell them `database is locked`. */
export const describeTogether = isReal ? describe : describe.concurrent;
