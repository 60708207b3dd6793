import type { en } from './en.ts';

/** The key of a text. */
export type TextKey = keyof typeof en;

/** Every text in one language. A missing key does not compile. */
export type Messages = Readonly<Record<TextKey, string>>;

/** The names between the double braces of a message. */
type Names<Message extends string> = Message extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The placeholders that the caller must fill; `{{brand}}` is filled for every text. */
type Placeholders<Key extends TextKey> = Exclude<Names<(typeof en)[Key]>, 'brand'>;

/** The value of a placeholder; a time is formatted in the language of the text. */
export type PlaceholderValue = string | number | Date;

/** A text without a language yet: a key, and the values of its placeholders. */
export interface Text {
  readonly key: TextKey;
  readonly values?: Readonly<Record<string, PlaceholderValue>>;
}

type Filling<Key extends TextKey> = [Placeholders<Key>] extends [never]
  ? []
  : [Readonly<Record<Placeholders<Key>, PlaceholderValue>>];

/** Returns a text: `toText('next.date', { date })`. The values must be those of its placeholders, all of them and no other. */
export function toText<Key extends TextKey>(key: Key, ...[values]: Filling<Key>): Text {
  return values === undefined ? { key } : { key, values };
}
