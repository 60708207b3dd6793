import { type KratosUrls, type Person, signIn, signUp } from '../../sandbox/kratos/client/flows.ts';
import { findKratos } from '../../sandbox/kratos/real/binary.ts';
import { startKratos } from '../../sandbox/kratos/start.ts';
import { startStack } from '../../sandbox/stack/start.ts';
import { median } from './load.ts';

const SIGN_INS = 15;

async function timed(kratos: KratosUrls, person: Person): Promise<number> {
  const started = performance.now();
  const { signedIn, status } = await signIn(kratos, person, { as: 'api' });
  if (!signedIn) throw new Error(`the sign-in was refused: ${status}`);
  return performance.now() - started;
}

/** A sign-in through a real Kratos with its default hasher: with the gate, and through one without hooks. */
export async function benchSignIn(print: (line: string) => void): Promise<void> {
  if (findKratos() === undefined) return print('sign-in with the gate / without: skipped, there is no real Kratos');
  const stack = await startStack({ kratos: { hasher: 'default' } });
  const { appUrl: uiUrl, verifyUrl } = stack;
  const hooks = { serviceUrl: stack.service().url, webhookSecret: stack.env.ORY_WEBHOOK_SECRET ?? '' };
  const without = await startKratos({ ...hooks, uiUrl, verifyUrl, hasher: 'default', gate: false });
  try {
    const person = { email: 'bench@example.org', password: 'correct-horse-9-battery' };
    for (const kratos of [stack.kratos, without]) await signUp(kratos, person, { as: 'api' });
    const times = { gated: [] as number[], bare: [] as number[] };
    for (let n = 0; n < SIGN_INS; n += 1) {
      times.gated.push(await timed(stack.kratos, person));
      times.bare.push(await timed(without, person));
    }
    const [gated, bare] = [median(times.gated), median(times.bare)];
    const shown = `${gated.toFixed(1)} ms / ${bare.toFixed(1)} ms, median of ${SIGN_INS}, Kratos ${stack.kratos.version}`;
    print(`sign-in with the gate / without              ${(gated / bare).toFixed(2)}  (${shown})  aim 1.05`);
  } finally {
    await without.stop();
    await stack.stop();
  }
}
