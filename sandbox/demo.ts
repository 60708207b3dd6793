import { findChromium } from './chromium/find.ts';
import { type DemoCommand, HELP, readCommandLine, safariNote } from './demo-options.ts';
import { type EidPair, startEidPair } from './eid/pair.ts';
import { findKratos } from './kratos/real/binary.ts';
import { freePorts } from './kratos/real/ports.ts';
import { faceScenarios } from './scenarios/face.ts';
import { paymentScenarios } from './scenarios/payments.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { eidScenario, scenarios } from './scenarios/scenarios.ts';
import { BRAND, EID_POLICY } from './stack/config.ts';
import { type DemoPorts, demoPorts } from './stack/demo-ports.ts';
import { OPERATOR, startOperators } from './stack/operator.ts';
import { type Stack, type StackOptions, startStack } from './stack/start.ts';

/** `npm run demo`: everything on this machine, from sign-up to sign-in; its options are in demo-options.ts. */
const print = (line = ''): void => void process.stdout.write(`${line}\n`);

function introduce({ kratos }: Stack): void {
  if (kratos.kind === 'real') {
    print(`With a real Ory Kratos, ${kratos.version}.`);
    print('With two eID providers: one behaves like itsme, one like IDEMIA’s mobile ID.');
  } else {
    print('With a stand-in for Ory Kratos: put a `kratos` on the PATH, or name it in KRATOS_BIN, to use the real one.');
    print('A sign-up with an eID instead of Jumio, and a passkey for payments, need the real one.');
  }
}

/** All that can be walked through here. Passkeys need a browser, whose driver is loaded where there is one. */
async function scenariosOf({ kratos }: Stack): Promise<readonly Scenario[]> {
  const all = [...scenarios, ...paymentScenarios, ...faceScenarios];
  if (kratos.kind !== 'real') return all;
  if (findChromium() !== undefined) all.push((await import('./scenarios/passkey.ts')).passkeyScenario);
  return [...all, eidScenario];
}

/** Runs the scenarios until one fails; true if none did. */
async function runScenarios(stack: Stack): Promise<boolean> {
  for (const scenario of await scenariosOf(stack)) {
    print(`\n${scenario.name}`);
    try {
      await scenario.run(stack, (result) => print(`  ✓ ${result}`));
    } catch (error) {
      print(`  ✗ ${error instanceof Error ? error.message : 'unknown'}`);
      return false;
    }
  }
  print('\nEvery step was as expected.');
  return true;
}

async function untilInterrupted(stack: Stack): Promise<void> {
  print('\nFive links to open:');
  print(`  1. a bank that does not exist: sign up, and follow its steps   ${stack.appUrl}/`);
  print(`  2. your own verification, at any time                          ${stack.verifyUrl}/jumio/verify`);
  print(`  3. Jumio’s side: all verifications, and Jumio’s clock          ${stack.jumioUrl}/`);
  print(`  4. send money, and approve it: once you are verified           ${stack.appUrl}/send`);
  print(`  5. the operator’s side: who waits for a review                 ${stack.verifyUrl}/operator`);
  print(
    '\nStart with the first. Instead of using a camera you choose what Jumio finds, at once or in 30 seconds. Choose a',
  );
  print(
    'rejection, come back, sign out, and try to sign in. The box “Behind the scenes” of each page says what happened.',
  );
  print(
    `The fifth needs a private window, or one person would be signed in as another: ${OPERATOR.email}, ${OPERATOR.password}.\nLet Jumio warn of somebody (“Warn”), decide it there, and look at the bank again.`,
  );
  if (stack.kratos.kind === 'real')
    print(
      'You can also sign up with an electronic identity: with itsme at any level, or with Mobile ID from loa-3 on, Jumio is\nnot asked. Mobile ID at loa-2 is not enough: Jumio is asked as well.',
    );
  print('A code to approve a payment arrives on a drawn phone, to which the bank’s page has a link.');
  print(
    'At a computer the consent page offers your phone. No phone reaches this machine: open that address in a private window.',
  );
  const note = safariNote(process.platform);
  if (note !== undefined) print(note);
  print('Nothing leaves this machine. Ctrl-C ends the demo and deletes all its data.');
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

/** Both eID providers, and what Kratos and the service need for them; undefined with the stand-in, which has no OIDC. */
async function startEid(
  chosen: DemoPorts['ports'] | undefined,
): Promise<{ pair: EidPair; options: StackOptions } | undefined> {
  if (findKratos() === undefined) return undefined;
  const ports = chosen ?? (await freePorts());
  const pair = await startEidPair(ports.public, chosen && [chosen.itsme, chosen.idemia]);
  const env = { EID_PROVIDERS: pair.settings, POLICY: EID_POLICY };
  return { pair, options: { kratos: { ports, providers: pair.recipes }, env } };
}

/** Starts everything and runs it until its end. Returns the exit code. */
async function run({ auto, port, variables }: DemoCommand & { kind: 'run' }): Promise<number> {
  const { ports, notes } = port === undefined ? { ports: undefined, notes: [] } : await demoPorts(port);
  const rates = auto ? { JUMIO_ACCOUNT_RATE: '20', JUMIO_ACCOUNT_BURST: '20' } : {};
  const eid = await startEid(ports);
  const operators = startOperators();
  const env = { ...BRAND, ...rates, ...eid?.options.env, ...operators.env, ...variables };
  const places = ports === undefined ? {} : { ports, kratos: { ports, ...eid?.options.kratos } };
  const stack = await startStack({ ...eid?.options, ...places, env, payments: true });
  await operators.hire(stack.kratos.adminUrl);
  introduce(stack);
  for (const note of notes) print(note);
  try {
    if (auto) return (await runScenarios(stack)) ? 0 : 1;
    await untilInterrupted(stack);
    return 0;
  } finally {
    await stack.stop();
    operators.remove();
    await eid?.pair.stop();
  }
}

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      return print(HELP.trimEnd());
    case 'problem':
      process.stderr.write(`${command.text}\n`);
      process.exitCode = 2;
      return;
    case 'run':
      process.exitCode = await run(command);
      return;
    default:
      return command satisfies never;
  }
}

main().catch((error: unknown) => {
  print(error instanceof Error ? error.message : 'unknown');
  process.exitCode = 1;
});
