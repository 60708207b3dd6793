import type { en } from './en.ts';

/** The name of a text. */
export type TextKey = keyof typeof en;

/** Every text in one language. A key that is missing does not compile. */
export type Messages = Readonly<Record<TextKey, string>>;

type Names<Message extends string> = Message extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The placeholders that whoever uses the text must fill; `{{brand}}` is filled for everybody. */
type Placeholders<Key extends TextKey> = Exclude<Names<(typeof en)[Key]>, 'brand'>;

/** What may stand in a placeholder: words, or a time that is written as the language writes it. */
export type Value = string | number | Date;

/** Something to be said, in no language yet. */
export interface Text {
  readonly key: TextKey;
  readonly values?: Readonly<Record<string, Value>>;
}

type Filling<Key extends TextKey> = [Placeholders<Key>] extends [never]
  ? []
  : [Readonly<Record<Placeholders<Key>, Value>>];

/** `say('next.date', { date })`: a text and what stands in its placeholders, all of them and no other. */
export function say<Key extends TextKey>(key: Key, ...[values]: Filling<Key>): Text {
  return values === undefined ? { key } : { key, values };
}
