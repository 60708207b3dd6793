import { parseArgs } from 'node:util';
import { type EidPair, startEidPair } from './eid/pair.ts';
import { findKratos } from './kratos/real/binary.ts';
import { freePorts } from './kratos/real/ports.ts';
import { eidJourney, journeys } from './scenarios/scenarios.ts';
import { EID_POLICY, HARBOUR } from './stack/config.ts';
import { type Neighbourhood, type NeighbourhoodOptions, startNeighbourhood } from './stack/start.ts';

/**
 * `npm run demo`: the whole journey on this machine. `--auto` walks it by itself and says what it saw;
 * `--set NAME=value`, any number of times, changes a variable of the service, to see what a mistake in it does.
 */
const say = (line = ''): void => void process.stdout.write(`${line}\n`);

function introduce({ kratos }: Neighbourhood): void {
  if (kratos.kind === 'real') {
    say(`With a real Ory Kratos, ${kratos.version}.`);
    say('Two eID providers are there, one like itsme, one like IDEMIA’s mobile ID.');
  } else {
    say('With a stand-in for Ory Kratos: put a `kratos` on the PATH, or name it in KRATOS_BIN, to use the real one.');
    say('Signing up with an eID instead of Jumio takes the real one.');
  }
}

async function walk(place: Neighbourhood): Promise<boolean> {
  for (const journey of place.kratos.kind === 'real' ? [...journeys, eidJourney] : journeys) {
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
  say(`  1. a bank that does not exist: sign up, and do what it asks   ${place.appUrl}/`);
  say(`  2. your own verification, whenever you want to see it         ${place.verifyUrl}/jumio/verify`);
  say(`  3. Jumio’s side: everybody’s verifications, and its clock     ${place.jumioUrl}/`);
  say('\nStart with the first. In place of a camera you choose what Jumio shall find; let it find something bad, come');
  say('back, sign out, and try to sign in. Beside or below, the bank says what happened behind the scenes.');
  if (place.kratos.kind === 'real')
    say(
      'The sign-up page has a second way, with an electronic identity: itsme at any level, Mobile ID from loa-3 on, and\nnothing is asked of Jumio. Mobile ID at loa-2 is not enough: Jumio is asked as well.',
    );
  say('Nothing leaves this machine. Ctrl-C ends it, and forgets everything.');
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

function variables(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2)));
}

/** Kratos and the service with both eID providers; undefined without a real Kratos, whose stand-in knows none. */
async function withEid(): Promise<{ pair: EidPair; options: NeighbourhoodOptions } | undefined> {
  if (findKratos() === undefined) return undefined;
  const ports = await freePorts();
  const pair = await startEidPair(ports.public);
  const env = { EID_PROVIDERS: pair.described, POLICY: EID_POLICY };
  return { pair, options: { kratos: { ports, providers: pair.recipes }, env } };
}

async function main(): Promise<void> {
  const options = { auto: { type: 'boolean', default: false }, set: { type: 'string', multiple: true } } as const;
  const { auto, set = [] } = parseArgs({ options }).values;
  const rates = auto ? { JUMIO_ACCOUNT_RATE: '20', JUMIO_ACCOUNT_BURST: '20' } : {};
  const eid = await withEid();
  const env = { ...HARBOUR, ...rates, ...eid?.options.env, ...variables(set) };
  const place = await startNeighbourhood({ ...eid?.options, env });
  introduce(place);
  try {
    if (auto) process.exitCode = (await walk(place)) ? 0 : 1;
    else await untilInterrupted(place);
  } finally {
    await place.stop();
    await eid?.pair.stop();
  }
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : 'unknown');
  process.exitCode = 1;
});
