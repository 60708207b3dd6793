import { type Command, InvalidArgumentError } from 'commander';
import { diagnose } from '../../doctor/doctor.ts';
import { UnreadableConfig } from '../../doctor/kratos-config/read.ts';
import { printReport, reportAsJson } from '../../doctor/report.ts';
import { examples } from '../help.ts';
import { type Cli, EXIT, Exit } from '../terminal.ts';

interface DoctorFlags {
  readonly kratosConfig: readonly string[];
  readonly json?: true;
  readonly wait: number;
}

const LONGEST_WAIT_S = 3_600;

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds <= LONGEST_WAIT_S) return seconds;
  throw new InvalidArgumentError(`Expected seconds, from 0 to ${LONGEST_WAIT_S}.`);
}

async function diagnoseOrExit(cli: Cli, { kratosConfig, wait: waitSeconds }: DoctorFlags) {
  try {
    return await diagnose({ env: cli.env, environmentSources: cli.environmentSources, kratosConfig, waitSeconds });
  } catch (error) {
    if (error instanceof UnreadableConfig) throw new Exit(EXIT.usage, error.message);
    throw error;
  }
}

/** `doctor`: reports what is wrong between Kratos, this service and Jumio, and the lines to change. Changes nothing. */
export function registerDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('check Kratos’ configuration, this service’s, and the systems that both reach; changes nothing')
    .option('--kratos-config <file...>', 'Kratos’ configuration files, in the order of `kratos serve -c`', [])
    .option('--wait <seconds>', 'wait as long until the service, Kratos and Jumio answer', parseSeconds, 0)
    .option('--json', 'print JSON: findings, and their fixes as data')
    .addHelpText('after', examples('doctor --kratos-config kratos.yaml ory-actions.yaml', 'doctor --json'))
    .action(async (flags: DoctorFlags) => {
      const report = await diagnoseOrExit(cli, flags);
      await cli.print(flags.json ? reportAsJson(report) : printReport(report, cli.colour));
      if (report.findings.some(({ severity }) => severity === 'error')) throw new Exit(EXIT.failed);
    });
}
