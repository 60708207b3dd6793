import type { Terminal } from './terminal.ts';

/** The codes that `colours` writes (`output.ts`). None of them hides text or moves the cursor. */
const OWN_COLOUR = String.raw`\u001b\[(?:[0124]|2[24]|3[1-69])m`;

/**
 * Characters that a terminal obeys or does not show: controls, formats (bidi, zero width, tags), lone surrogates, and the
 * line breaks of Unicode.
 */
const HIDDEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]`;

const HIDDEN_ALONE = new RegExp(HIDDEN, 'gu');

const COLOUR_OR_HIDDEN = new RegExp(`${OWN_COLOUR}|${HIDDEN}`, 'gu');

/** A character as JSON escapes it, so that a JSON document keeps its value. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Returns a value with its line breaks escaped: a value must not forge a line of the output. */
export function oneLine(value: string): string {
  return value.replaceAll(/[\r\n]/g, escaped);
}

/** Returns a text whose hidden characters are escaped, except line feeds and, with `colour`, the colours of the commands: only those end with `m`. */
function printable(text: string, colour: boolean): string {
  return text.replaceAll(colour ? COLOUR_OR_HIDDEN : HIDDEN_ALONE, (found) =>
    found === '\n' || found.endsWith('m') ? found : escaped(found),
  );
}

/**
 * Returns the terminal for all that a command prints and asks. Names, reasons and metadata come from people, Kratos and
 * Jumio, so a text could hold a sequence that the operator's terminal obeys, or one that reorders what it shows.
 */
export function withPrintableOutput(terminal: Terminal): Terminal {
  return {
    ...terminal,
    print: (text) => terminal.print(printable(text, terminal.colour)),
    printNote: (text) => terminal.printNote(printable(text, terminal.colour)),
    ask: (question, options) => terminal.ask(printable(question, false), options),
  };
}
