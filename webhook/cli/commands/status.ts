import type { Command } from 'commander';
import { IDENTITY_ARGUMENT, identityOf, unknownIdentity } from '../arguments.ts';
import { examples } from '../help.ts';
import { colours, type Format, json, pairs, section, span, table, time } from '../output.ts';
import { oneLine } from '../printable.ts';
import { runningText } from '../running-service.ts';
import type { Cli } from '../terminal.ts';
import { gatherFacts, type StatusFacts } from './status-facts.ts';

function at(iso: string | null): string {
  return time(iso === null ? null : Date.parse(iso));
}

function coloured(format: Format, status: string): string {
  const { green, yellow, red } = colours(format);
  if (status === 'approved') return green(status);
  return status === 'rejected' ? red(status) : yellow(status);
}

/** The detail of an event as `name=value`, without what is null. */
function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  const present = Object.entries(detail).filter(([, value]) => value !== null);
  return present.map(([name, value]) => `${name}=${String(value)}`).join(' ');
}

function headText(format: Format, { identity, status, waiting_on, why, because, ledger }: StatusFacts): string {
  return pairs(format, {
    Identity: identity,
    Status: coloured(format, status),
    'Waiting on': waiting_on,
    Because: why,
    'Jumio found': because?.found.length ? because.found.join(', ') : undefined,
    'At Jumio': because?.portal_url ?? undefined,
    'First seen': ledger === null ? 'never: the ledger has no row' : at(ledger.met_at),
    'Granted from': ledger?.granted_from ? at(ledger.granted_from) : undefined,
    Erased: ledger?.erased_at ? at(ledger.erased_at) : undefined,
    Consent: ledger?.consent.at
      ? `${ledger.consent.version} (${ledger.consent.language}), ${at(ledger.consent.at)}`
      : undefined,
  });
}

function attemptsText(format: Format, facts: StatusFacts): string {
  const rows = facts.attempts.map((one) => [
    String(one.attempt),
    one.source,
    one.state,
    one.jumio_status ?? '–',
    one.decision ?? '–',
    one.reason ?? one.decision_label ?? '–',
    at(one.requested_at),
    at(one.completed_at),
    one.last_error ?? '–',
  ]);
  if (rows.length === 0) return 'none\n';
  const head = ['#', 'source', 'state', 'at Jumio', 'decision', 'reason', 'requested', 'completed', 'last error'];
  const ids = facts.attempts.map(({ attempt, workflow_execution_id, account_id, found }) => {
    if (workflow_execution_id === null) return '';
    const findings = found.length === 0 ? '' : `, found ${found.join(', ')}`;
    return `${oneLine(`${attempt}: execution ${workflow_execution_id}, account ${account_id}${findings}`)}\n`;
  });
  return `${table(format, head, rows)}${ids.join('')}`;
}

function storedText(format: Format, { ledger, kratos }: StatusFacts): string {
  const published = ledger === null ? 'nothing' : `version ${ledger.version}, published ${ledger.published}`;
  const marks = [ledger?.gone ? 'gone' : '', ledger?.stuck ? 'stuck' : ''].filter((mark) => mark !== '').join(', ');
  return pairs(format, {
    Ledger: marks === '' ? published : `${published}, ${marks}`,
    Kratos:
      kratos.found === null
        ? `not reachable: ${kratos.unreachable}`
        : kratos.found
          ? `found, ${kratos.state}`
          : 'not found',
    metadata_public: kratos.found ? JSON.stringify(kratos.metadata_public_jumio) : undefined,
    metadata_admin: kratos.found ? JSON.stringify(kratos.metadata_admin_jumio) : undefined,
    Differences: kratos.differences.length === 0 ? 'none' : kratos.differences.join('; '),
  });
}

function ruleText(rule: { readonly index: number; readonly name: string | null } | null): string {
  return rule === null ? 'no rule' : `rule ${rule.index}${rule.name === null ? '' : ` (${rule.name})`}`;
}

function gateText(format: Format, { gate, service }: StatusFacts): string {
  const { decision, status, rule, policy, mode } = gate.now;
  const shadow = mode === 'shadow' && decision !== 'allow' ? ' (in shadow mode: it is not refused)' : '';
  const decided = `A sign-in now: ${decision}, by ${ruleText(rule)} of policy ${policy}, for ${status}${shadow}\n`;
  const now = `${decided}${runningText(service)}`;
  const rows = gate.blocks.map((block) => [at(block.at), block.kind, detailText(block.detail)]);
  return rows.length === 0
    ? `${now}No sign-in was refused.\n`
    : `${now}${table(format, ['when', 'what', 'detail'], rows)}`;
}

function paymentsText(format: Format, { payments }: StatusFacts): string {
  if (payments === null) return '';
  const { blocked_until: until, failures, open } = payments;
  const block = until === null ? `Not blocked, ${failures} failure(s) in a row.\n` : `Blocked until ${at(until)}\n`;
  const rows = open.map((one) => [one.transaction, one.client, one.state, at(one.ends_at)]);
  const list =
    rows.length === 0 ? 'No transaction is open.\n' : table(format, ['transaction', 'client', 'state', 'ends'], rows);
  return section(format, 'Payments', `${block}${list}`);
}

function untoldText(format: Format, { untold }: StatusFacts): string {
  if (untold.length === 0) return '';
  const rows = untold.map((one) => {
    const fate = one.failed_tries === 0 ? '' : `failed: ${one.failed_tries} × ${one.last_outcome}`;
    return [one.endpoint, one.type, `${one.sequence}`, at(one.due_at), fate];
  });
  return section(format, 'Signed events', table(format, ['endpoint', 'type', 'sequence', 'due', ''], rows));
}

function dueText({ due }: StatusFacts, now: number): string {
  const line = ({ what, at: when }: StatusFacts['due'][number]): string => {
    const ms = Date.parse(when ?? '') - now;
    return `${at(when)}  ${what} (${ms <= 0 ? `due since ${span(ms)}` : `in ${span(ms)}`})\n`;
  };
  return due.length === 0 ? 'nothing\n' : due.map(line).join('');
}

function timelineText(format: Format, { events }: StatusFacts): string {
  if (events.length === 0) return 'nothing\n';
  const rows = events.map((event) => [at(event.at), event.kind, detailText(event.detail)]);
  return table(format, ['when', 'what', 'detail'], rows);
}

/** Returns the facts as text, in the manner of `kubectl describe`. */
function describe(format: Format, facts: StatusFacts, now: number): string {
  return [
    headText(format, facts),
    section(format, 'Attempts', attemptsText(format, facts)),
    section(format, 'Stored', storedText(format, facts)),
    section(format, 'Gate', gateText(format, facts)),
    paymentsText(format, facts),
    untoldText(format, facts),
    section(format, 'Due next', dueText(facts, now)),
    section(format, 'Timeline', timelineText(format, facts)),
  ].join('');
}

interface StatusFlags {
  readonly json?: boolean;
}

async function run(cli: Cli, identity: string, flags: StatusFlags): Promise<void> {
  await cli.withService(async (service) => {
    const { ctx } = service;
    const identityId = await identityOf(cli, ctx, identity);
    const facts = await gatherFacts(service, identityId);
    if (facts === undefined) throw unknownIdentity(identityId);
    await cli.print(flags.json ? json(facts) : describe(cli, facts, ctx.clock.now()));
  });
}

/** `status`: prints everything about one identity. */
export function registerStatus(program: Command, cli: Cli): void {
  program
    .command('status')
    .description(
      'print everything about an identity: status and reason, attempts, copies in Kratos, what is due, the rule that applies, timeline',
    )
    .argument('<identity>', IDENTITY_ARGUMENT)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'status ann@example.com',
        'status 9f425a8d-7efc-4768-8f23-7647a74fdf13 --json',
        'status - < address.txt',
      ),
    )
    .action((identity: string, flags: StatusFlags) => run(cli, identity, flags));
}
