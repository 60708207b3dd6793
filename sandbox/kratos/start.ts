import type { KratosOptions, RunningKratos } from './options.ts';
import { findKratos } from './real/binary.ts';
import { startReal } from './real/real.ts';
import { startStandIn } from './stand-in/server.ts';

/**
 * Starts a Kratos with the shipped hooks: the real one if there is a binary (`KRATOS_BIN`, or `kratos` on the PATH),
 * else the stand-in. `kind: 'real'` throws without a binary.
 */
export async function startKratos(options: KratosOptions): Promise<RunningKratos> {
  const binary = options.kind === 'stand-in' ? undefined : findKratos();
  if (binary !== undefined) return startReal(binary, options);
  if (options.kind === 'real')
    throw new Error('no real Kratos: KRATOS_BIN is not set and there is no kratos on the PATH');
  return startStandIn(options);
}

export type { KratosOptions, RunningKratos } from './options.ts';
