import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { json } from './output.ts';
import { lookAt } from './status-facts.ts';
import { describe } from './status-text.ts';
import { identityOf, unknown } from './who.ts';

async function run(cli: Cli, named: string, options: { readonly json?: boolean }): Promise<void> {
  await cli.withService(async ({ desk }) => {
    const identityId = await identityOf(desk, named);
    const facts = await lookAt(desk, identityId);
    if (facts === undefined) throw unknown(identityId);
    await cli.print(options.json ? json(facts) : describe(cli, facts, desk.clock.now()));
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
