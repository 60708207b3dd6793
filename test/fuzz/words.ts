/** Returns the words of a text, without the blanks and line ends between them. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** A text that is secret in these cases: it is among the words of every target, and may be in no message of an error. */
export const CANARY = 'canary-of-a-body';

/** Ends of lines and texts, unseen characters, halves of surrogate pairs (in this order they are none), and look-alikes of ASCII. */
const CHARACTERS = Array.from('\0\n\t \u00a0\u2028\ufeff\u202e\udfff\ud800\u{1f600}é\u212a\u017fİ٣');

const PUNCTUATION = Array.from('"\'\\/%?#@:;,.=-_&*!|><[]{}');

/** Texts on which parsers have failed before. */
export const TOKENS: readonly string[] = [
  ...CHARACTERS,
  ...PUNCTUATION,
  '\r\n',
  '9'.repeat(400),
  ...wordsOf('../ %00 %2e [] {} {{ }} $t( null true NaN 0 -0 -1 0x10 1e309 1e-400 2147483648 9007199254740993'),
  ...wordsOf('__proto__ constructor prototype toString hasOwnProperty length'),
  CANARY,
];

/** Names and values of the bodies of hooks and APIs. */
export const BODY_WORDS: readonly string[] = [
  ...wordsOf('kratos_identity_id subject metadata_public jumio status approved rejected schema_id created_at'),
  ...wordsOf('accept_language flow kind login recovery refresh method return_to assurance acr want consent'),
  ...wordsOf('jumio_verification_status verified 3f0c0d8e-5a34-4b6c-9d1e-0123456789ab {"jumio":{"status":"approved"}}'),
];

/** What YAML has beside JSON: anchors and aliases, tags, documents, keys that are no texts. */
export const YAML_WORDS: readonly string[] = [
  ...wordsOf('!!set !!omap !!js/function !x ~ .nan 2026-01-05 0o17 1_000 yes no \'\' "\\ud800" "\\0"'),
  '&a ',
  '*a',
  '*b',
  '&a [*a]',
  '<<: *a',
  '!!binary ',
  '!!timestamp ',
  '%YAML 1.1\n---\n',
  '---\n',
  '...\n',
  '? ',
  '? [a]\n: b',
  ': ',
  '- - - - ',
  '| \n',
  '>-\n',
  '# ',
  '&a [1,1,1]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]',
];

/** Names and values of policies. */
export const POLICY_WORDS: readonly string[] = wordsOf(`
  rules when then name text status waiting_on flow api method schema rejected review allow block block_with_way_on
  verdict_lifetime start_again max_rejections on_rejected evidence required_level account_younger_than
  verdict_older_than 365d 999999d 0s any revoke_sessions
`);
