import { type Command, Help } from 'commander';
import { PROGRAM } from '../version.ts';

const standard = new Help();

/** Marks the options without which a command does nothing. Must be called before commands are added: each takes over the settings of its parent. */
export function markRequired(program: Command): void {
  program.configureHelp({
    optionDescription: (option) => `${standard.optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
  });
}

/** Gives a command, and every command below it, the option `--version`. */
export function addVersion(command: Command): void {
  command.version(PROGRAM, '--version', 'print the version of this program');
  for (const below of command.commands) addVersion(below);
}

/** Returns the text below the options in the help of a command. @param lines without the program's name */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ jumio-bridge ${line}`).join('\n')}`;
}
