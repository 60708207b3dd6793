import { Lexer, Parser, parse } from 'yaml';

/** Documents of operators have some five levels. */
export const DEEPEST = 50;

/**
 * Whether the collections of a YAML text are nested more than `DEEPEST` levels. The parser of `yaml` calls itself for each
 * level: thousands of them fill the stack, and V8 ends the process where a regular expression is compiled on a full stack.
 */
export function isTooDeep(yaml: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(yaml)) {
    // What the parser gives out is of no use here: its stack is the document, the collections around a place, and a scalar.
    for (const _token of parser.next(lexeme));
    if (parser.stack.length > DEEPEST + 2) return true;
  }
  return false;
}

/** Returns what a YAML text says; undefined for a text that is no YAML, or nested deeper than any document is. */
export function parseYaml(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return parse(text, { logLevel: 'error' });
  } catch {
    return undefined;
  }
}
