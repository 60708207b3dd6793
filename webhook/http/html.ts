import { html as escaping } from 'ghtml';

/** A piece of HTML. Only the tag below makes one, so text of anybody else never is one. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type { Markup };

/** What may stand in a template: markup as it is, everything else as escaped text; undefined is nothing. */
type Part = Markup | string | number | undefined | readonly Part[];

function written(part: Part): string {
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(written).join('');
  return escaping`${part}`;
}

/** Escapes by construction: there is no way to write a text into a page as markup. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(String.raw({ raw: literals }, ...parts.map(written)));
}
