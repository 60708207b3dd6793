import { readFile } from 'node:fs/promises';
import { parseYaml } from '../yaml-nesting.ts';
import { type OperatorSettings, operatorSettings } from './settings.ts';

/** What a document of `OPERATORS` is: the settings, or what is wrong with it. */
export type ParsedOperators =
  | { readonly settings: OperatorSettings }
  | { readonly problems: readonly { readonly path: string; readonly message: string }[] };

/** Parses a document of `OPERATORS` (docs/console.md#configuration). */
export function parseOperators(yaml: string): ParsedOperators {
  const parsed = operatorSettings.safeParse(parseYaml(yaml));
  if (parsed.success) return { settings: parsed.data };
  return { problems: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
}

/**
 * Returns the operators as they are at the moment of a request; undefined: the document is not usable at this moment, so
 * nobody is an operator.
 */
export type OperatorsNow = () => Promise<OperatorSettings | undefined>;

/** Returns a source that reads the document in a file anew each time, so that a role that was taken away counts at once. */
export function operatorsInFile(path: string): OperatorsNow {
  let last: { readonly text: string; readonly settings: OperatorSettings | undefined } | undefined;
  return async () => {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    if (last?.text !== text) {
      const parsed = parseOperators(text);
      last = { text, settings: 'settings' in parsed ? parsed.settings : undefined };
    }
    return last.settings;
  };
}
