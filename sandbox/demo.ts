import { parseArgs } from 'node:util';
import { journeys } from './journeys/journeys.ts';
import { type Neighbourhood, startNeighbourhood } from './neighbourhood.ts';

/** `npm run demo`: the whole journey on this machine. `--auto` walks it by itself and says what it saw. */
const say = (line = ''): void => void process.stdout.write(`${line}\n`);

function introduce({ kratos }: Neighbourhood): void {
  if (kratos.kind === 'real') return say(`With a real Ory Kratos, ${kratos.version}.`);
  say('With a stand-in for Ory Kratos: put a `kratos` on the PATH, or name it in KRATOS_BIN, to use the real one.');
}

async function walk(place: Neighbourhood): Promise<boolean> {
  for (const journey of journeys) {
    say(`\n${journey.name}`);
    try {
      await journey.walk(place, { saw: (what) => say(`  ✓ ${what}`) });
    } catch (error) {
      say(`  ✗ ${error instanceof Error ? error.message : 'unknown'}`);
      return false;
    }
  }
  say('\nEvery step was as expected.');
  return true;
}

async function untilInterrupted(place: Neighbourhood): Promise<void> {
  say('\nThree lines to click:');
  say(`  1. sign up, sign in, see your status   ${place.appUrl}/`);
  say(`  2. your verification                   ${place.verifyUrl}/jumio/verify`);
  say(`  3. what Jumio knows, and its controls  ${place.jumioUrl}/`);
  say('\nSign up, choose an outcome on Jumio’s page, come back, sign out, and try to sign in. Ctrl-C ends it.');
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

const { values } = parseArgs({ options: { auto: { type: 'boolean', default: false } } });
const env = values.auto ? { JUMIO_ACCOUNT_RATE: '20', JUMIO_ACCOUNT_BURST: '20' } : {};
const place = await startNeighbourhood({ env });
introduce(place);
try {
  if (values.auto) process.exitCode = (await walk(place)) ? 0 : 1;
  else await untilInterrupted(place);
} finally {
  await place.stop();
}
