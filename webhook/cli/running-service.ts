import { askRunning, differencesOf, localAddress, type RunningAnswer, settingsInForce } from '../applied/index.ts';
import type { Config } from '../config/config.ts';

function problemOf(answer: Exclude<RunningAnswer, { readonly applied: object }>): string {
  if ('failure' in answer) return answer.failure;
  return 'it refuses our ORY_WEBHOOK_SECRET: it has another one, so it was started with another configuration';
}

/**
 * Returns what the running service applies, and where that differs from what this command reads. A command decides
 * nothing: what it says of the gate is true only where both agree. Published as JSON (`status --json`): names are stable.
 */
export async function runningFacts(config: Config) {
  const at = localAddress(config);
  if (at === undefined) return { asked: null, problem: 'PORT is 0, so its address is not known', differences: [] };
  const answer = await askRunning(at, config.ORY_WEBHOOK_SECRET);
  if (!('applied' in answer)) return { asked: at, problem: problemOf(answer), differences: [] };
  const { policy, mode, on_failure, version } = answer.applied;
  const differences = differencesOf(answer.applied, settingsInForce(config));
  return { asked: at, problem: null, policy, mode, on_failure, version, differences };
}

/** The result of `runningFacts`. */
export type RunningFacts = Awaited<ReturnType<typeof runningFacts>>;

/** Returns the facts as lines for people. */
export function runningText({ asked, problem, differences }: RunningFacts): string {
  if (problem !== null)
    return `What the running service applies is not known${asked === null ? '' : ` (${asked})`}: ${problem}.\n`;
  if (differences.length === 0) return `The running service (${asked}) applies the same policy, mode and secrets.\n`;
  const lines = differences.map(
    ({ name, running, here }) => `  ${name}: it has ${running}, this command reads ${here}\n`,
  );
  return (
    `The running service (${asked}) applies something else than this command reads:\n${lines.join('')}` +
    'Its sign-ins are decided by what it has. Restart it, or run this command with its environment.\n'
  );
}
