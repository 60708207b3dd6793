import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import {
  announceCurrent,
  type Delivery,
  type EventEndpoint,
  messageId,
  STUCK_AFTER,
  sendTest,
} from '../../../events/index.ts';

import type { EndpointState } from '../../../ledger/deliveries/endpoints.ts';
import { IDENTITY_ARGUMENT, identityOf, instant } from '../../arguments.ts';
import { examples } from '../../help.ts';
import { iso, json, section, table, time } from '../../output.ts';
import { retryWhileBusy } from '../../service.ts';
import { type Cli, EXIT, Exit, usageError } from '../../terminal.ts';

interface EventListFlags {
  readonly stuck?: boolean;
  readonly all?: boolean;
  readonly endpoint?: string;
  readonly identity?: string;
  readonly json?: boolean;
}

/** At most so many events are listed, the oldest. */
const MOST_LISTED = 200;

function endpointFacts(row: EndpointState) {
  return {
    endpoint: row.name,
    types: row.types.split(' '),
    waiting: row.waiting,
    oldest_at: iso(row.oldest),
    failures: row.failures,
    failing_since: iso(row.failingSince),
    stopped_at: iso(row.stoppedAt),
    last_outcome: row.lastOutcome,
  };
}

function deliveryFacts(row: Delivery) {
  return {
    id: messageId(row.identityId, row.version),
    endpoint: row.endpoint,
    identity: row.identityId,
    type: row.type,
    sequence: row.version,
    made_at: iso(row.madeAt),
    due_at: iso(row.due),
    failed_tries: row.tries,
    tried_at: iso(row.triedAt),
    last_outcome: row.lastOutcome,
    result: row.result,
    ended_at: iso(row.endedAt),
    stuck: isStuck(row),
  };
}

function isStuck({ due, tries }: Delivery): boolean {
  return due !== null && tries >= STUCK_AFTER;
}

/** How an endpoint is doing. */
function stateOf({ stoppedAt, failingSince, lastOutcome }: EndpointState): string {
  if (stoppedAt !== null) return `stopped by 410 at ${time(stoppedAt)}`;
  return failingSince === null ? 'takes events' : `fails since ${time(failingSince)}: ${lastOutcome}`;
}

function fateOf(row: Delivery): string {
  if (row.result !== null) return `${row.result} at ${time(row.endedAt)}`;
  if (row.tries === 0) return `due ${time(row.due)}`;
  return `${isStuck(row) ? 'stuck' : 'failed'}: ${row.tries} × ${row.lastOutcome}, again ${time(row.due)}`;
}

async function list(cli: Cli, flags: EventListFlags): Promise<void> {
  await cli.withService(async ({ ctx }) => {
    const { deliveries } = ctx.ledger;
    const identityId = flags.identity === undefined ? undefined : await identityOf(cli, ctx, flags.identity);
    const endpoints = await deliveries.endpoints();
    const rows = await deliveries.list({
      endpoint: flags.endpoint,
      identityId,
      leastTries: flags.stuck ? STUCK_AFTER : undefined,
      withEnded: flags.all,
      most: MOST_LISTED,
    });
    if (flags.json) {
      await cli.print(json({ endpoints: endpoints.map(endpointFacts), events: rows.map(deliveryFacts) }));
      return;
    }
    if (endpoints.length === 0) cli.printNote('No endpoint is told of changes: the service runs without WEBHOOKS.\n');
    else {
      const lines = endpoints.map((row) => [row.name, stateOf(row), `${row.waiting}`, time(row.oldest)]);
      await cli.print(table(cli, ['endpoint', 'state', 'waiting', 'oldest of'], lines));
    }
    const events = rows.map((row) => [row.endpoint, row.identityId, row.type, `${row.version}`, fateOf(row)]);
    const shown =
      events.length === 0 ? 'none\n' : table(cli, ['endpoint', 'identity', 'type', 'sequence', 'fate'], events);
    await cli.print(section(cli, flags.all ? 'Events' : flags.stuck ? 'Stuck events' : 'Events that wait', shown));
    if (rows.length === MOST_LISTED) cli.printNote(`Only the oldest ${MOST_LISTED} are shown.\n`);
  });
}

interface ReplayFlags {
  readonly since?: number;
  readonly endpoint?: string;
}

/** Each transaction for itself: a large replay has many. */
const retrying = <T>(work: () => Promise<T>): Promise<T> => retryWhileBusy(work);

async function replay(cli: Cli, argument: string | undefined, { since, endpoint }: ReplayFlags): Promise<void> {
  if ((argument === undefined) === (since === undefined))
    throw usageError('Name a person, or a time with --since: one of them.');
  await cli.withService(async ({ ctx }) => {
    const { deliveries } = ctx.ledger;
    const known = await deliveries.endpoints();
    if (known.length === 0) throw usageError('No endpoint is told of changes: the service runs without WEBHOOKS.');
    if (endpoint !== undefined && known.every(({ name }) => name !== endpoint))
      throw usageError(
        `There is no endpoint ${endpoint}: the service has ${known.map(({ name }) => name).join(', ')}.`,
      );
    const identityId = argument === undefined ? undefined : await identityOf(cli, ctx, argument);
    const asked = { endpoint, identityId, since, announceCurrent, retrying };
    const { again, anew } = await deliveries.replay(ctx.clock.now(), asked);
    if (again + anew === 0) throw new Exit(EXIT.failed, 'There is nothing to send again.');
    await cli.print(
      `${again} event(s) are sent again, and ${anew} that were made anew. The running service sends them.\n`,
    );
  });
}

function endpointNamed(name: string, endpoints: readonly EventEndpoint[]): EventEndpoint {
  const found = endpoints.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = endpoints.map((one) => one.name).join(', ');
  throw usageError(
    endpoints.length === 0 ? 'WEBHOOKS is not set here.' : `WEBHOOKS has no endpoint ${name}, but ${names}.`,
  );
}

async function test(cli: Cli, name: string): Promise<void> {
  await cli.withService(async ({ events }) => {
    const endpoint = endpointNamed(name, events?.endpoints ?? []);
    if (events === undefined) return;
    const { kind, word, ms } = await sendTest(events, endpoint);
    if (kind === 'accepted') return cli.print(`${name} took the test event: ${word}, after ${ms} ms.\n`);
    throw new Exit(EXIT.failed, `${name} did not take the test event: ${word}, after ${ms} ms. Only a 2xx counts.`);
  });
}

/** Opens no ledger: the secret is for a file of its own, and for the application. */
async function printSecret(cli: Cli): Promise<void> {
  await cli.print(`whsec_${randomBytes(32).toString('base64')}\n`);
  cli.printNote(
    'It is stored nowhere: put it into a file that WEBHOOKS names in secret_files, and give it to the application.\n',
  );
}

/** `events`: what an operator asks of signed events (docs/events.md). */
export function registerEvents(program: Command, cli: Cli): void {
  const events = program.command('events').description('signed events, by which applications are told of changes');
  events
    .command('list')
    .description('print the endpoints, and the events that wait')
    .option('--stuck', 'only events that have failed through the whole schedule')
    .option('--all', 'also events that were taken or given up')
    .option('--endpoint <name>', 'only events of this endpoint')
    .option('--identity <identity>', `only events of a person: ${IDENTITY_ARGUMENT}`)
    .option('--json', 'print JSON')
    .addHelpText('after', examples('events list --stuck', 'events list --identity ann@example.com --all'))
    .action((flags: EventListFlags) => list(cli, flags));
  events
    .command('replay')
    .argument('[identity]', IDENTITY_ARGUMENT)
    .description('send events again, with the ids that they had; start an endpoint again that was stopped')
    .option('--since <time>', 'everything since a day, an ISO time, or 90m, 12h, 7d ago', instant(cli))
    .option('--endpoint <name>', 'to this endpoint only')
    .addHelpText('after', examples('events replay ann@example.com', 'events replay --since 3d --endpoint shop'))
    .action((identity: string | undefined, flags: ReplayFlags) => replay(cli, identity, flags));
  events
    .command('test')
    .argument('<endpoint>', 'the name of the endpoint in WEBHOOKS')
    .description('send an event that tells of nobody, and print the answer')
    .addHelpText('after', examples('events test shop'))
    .action((name: string) => test(cli, name));
  events
    .command('secret')
    .description('print a new secret for an endpoint')
    .addHelpText('after', examples('events secret > /run/secrets/shop-events'))
    .action(() => printSecret(cli));
}
