import { describe } from 'vitest';
import { findKratos, versionOf } from '../../../sandbox/kratos/real/binary.ts';

const binary = findKratos();

/** The version of the real Kratos, such as `v26.2.0`, or `master` for a build without version flags; undefined without one. */
export const VERSION = binary && (await versionOf(binary));

/** The Kratos that the tests run against, for their names. */
export const KRATOS = VERSION === undefined ? 'the stand-in for Kratos' : `a real Kratos, ${VERSION}`;

export const isReal = binary !== undefined;

/** For the name of a test that needs a real Kratos. */
export const OR_WHY_SKIPPED = isReal
  ? ''
  : ' (skipped: it needs a real Kratos, and KRATOS_BIN is not set and there is no kratos on the PATH)';

/** For tests that may run at the same time. A real Kratos on SQLite would answer `database is locked`. */
export const describeConcurrently = isReal ? describe : describe.concurrent;
