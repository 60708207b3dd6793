import type { Command } from 'commander';
import { identityOf, unknown } from '../arguments.ts';
import { colours, json, pairs, section, span, table, time } from '../output.ts';
import type { Cli, Terminal } from '../terminal.ts';
import { type Facts, gatherFacts } from './status-facts.ts';

type Paper = Pick<Terminal, 'colour'>;

function at(iso: string | null): string {
  return time(iso === null ? null : Date.parse(iso));
}

function coloured(paper: Paper, status: string): string {
  const { green, yellow, red } = colours(paper);
  if (status === 'approved') return green(status);
  return status === 'rejected' ? red(status) : yellow(status);
}

function detailWords(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  const said = Object.entries(detail).filter(([, value]) => value !== null);
  return said.map(([name, value]) => `${name}=${String(value)}`).join(' ');
}

function head(paper: Paper, { identity, status, waiting_on, why, ledger }: Facts): string {
  return pairs(paper, {
    Identity: identity,
    Status: coloured(paper, status),
    'Waiting on': waiting_on,
    Because: why,
    Met: ledger === null ? 'never: the ledger has no row' : at(ledger.met_at),
    'Granted from': ledger?.granted_from ? at(ledger.granted_from) : undefined,
    Erased: ledger?.erased_at ? at(ledger.erased_at) : undefined,
    Consent: ledger?.consent.at
      ? `${ledger.consent.version} (${ledger.consent.language}), ${at(ledger.consent.at)}`
      : undefined,
  });
}

function attempts(paper: Paper, facts: Facts): string {
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
  const ids = facts.attempts.map(({ attempt, workflow_execution_id, account_id }) =>
    workflow_execution_id === null ? '' : `${attempt}: execution ${workflow_execution_id}, account ${account_id}\n`,
  );
  return `${table(paper, head, rows)}${ids.join('')}`;
}

function stored(paper: Paper, { ledger, kratos }: Facts): string {
  const published = ledger === null ? 'nothing' : `version ${ledger.version}, published ${ledger.published}`;
  const marks = [ledger?.gone ? 'gone' : '', ledger?.stuck ? 'stuck' : ''].filter((word) => word !== '').join(', ');
  return pairs(paper, {
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

function ruleWords(rule: { readonly index: number; readonly name: string | null } | null): string {
  return rule === null ? 'no rule' : `rule ${rule.index}${rule.name === null ? '' : ` (${rule.name})`}`;
}

function gateText(paper: Paper, { gate }: Facts): string {
  const { decision, status, rule, policy } = gate.now;
  const now = `A sign-in now: ${decision}, by ${ruleWords(rule)} of policy ${policy}, for ${status}\n`;
  const rows = gate.blocks.map((block) => [at(block.at), block.kind, detailWords(block.detail)]);
  return rows.length === 0
    ? `${now}No sign-in was refused.\n`
    : `${now}${table(paper, ['when', 'what', 'detail'], rows)}`;
}

function due({ due: debts }: Facts, now: number): string {
  const line = ({ what, at: when }: Facts['due'][number]): string => {
    const ms = Date.parse(when ?? '') - now;
    return `${at(when)}  ${what} (${ms <= 0 ? `due since ${span(ms)}` : `in ${span(ms)}`})\n`;
  };
  return debts.length === 0 ? 'nothing\n' : debts.map(line).join('');
}

function timeline(paper: Paper, { events }: Facts): string {
  if (events.length === 0) return 'nothing\n';
  const rows = events.map((event) => [at(event.at), event.kind, detailWords(event.detail)]);
  return table(paper, ['when', 'what', 'detail'], rows);
}

/** For people, in the manner of `kubectl describe`. */
export function describe(paper: Paper, facts: Facts, now: number): string {
  return [
    head(paper, facts),
    section(paper, 'Attempts', attempts(paper, facts)),
    section(paper, 'Stored', stored(paper, facts)),
    section(paper, 'Gate', gateText(paper, facts)),
    section(paper, 'Due next', due(facts, now)),
    section(paper, 'Timeline', timeline(paper, facts)),
  ].join('');
}

async function run(cli: Cli, named: string, options: { readonly json?: boolean }): Promise<void> {
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(ctx, named);
    const facts = await gatherFacts(ctx, identityId);
    if (facts === undefined) throw unknown(identityId);
    await cli.print(options.json ? json(facts) : describe(cli, facts, ctx.clock.now()));
  });
}

/** `status`: everything about one identity. */
export function registerStatus(program: Command, cli: Cli): void {
  program
    .command('status')
    .description(
      'where an identity stands and why: attempts, copies in Kratos, what is due, which rule blocks, timeline',
    )
    .argument('<identity>', 'its id, or the e-mail address it signs in with')
    .option('--json', 'for scripts')
    .action((named: string, options: { readonly json?: boolean }) => run(cli, named, options));
}
