import { createHash } from 'node:crypto';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { DEEPEST, isTooDeep } from '../../yaml-nesting.ts';
import { policyMistakes } from './mistakes.ts';
import type { Policy, Rule } from './rules.ts';
import { type Mistake, type Path, type PolicyDocument, policySchema, shapeMistakes } from './schema.ts';

/** One mistake of a policy file: its position, the expected value and the value in the file. */
export interface PolicyMistake {
  /** From 1; 0: no particular line. */
  readonly line: number;
  /** E.g. `rules[1].when.status`. */
  readonly path: string;
  readonly expected: string;
  readonly seen: string;
}

/** A policy, or the mistakes of its file. */
export type ParsedPolicy =
  | { readonly policy: Policy; readonly mistakes?: undefined }
  | { readonly policy?: undefined; readonly mistakes: readonly PolicyMistake[] };

/** The longest quoted value, in characters. */
const MAX_QUOTED = 60;

function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** The line of a path, or of the nearest path above it that the file has. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** A value as it is shown; an alias can make one that contains itself, which JSON cannot write. */
function quoted(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? 'nothing';
    return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  } catch {
    return 'a value that contains itself';
  }
}

function toRule(rule: PolicyDocument['rules'][number], index: number): Rule {
  const when = rule.when ?? {};
  return {
    index,
    name: rule.name ?? null,
    decision: rule.then,
    text: rule.text ?? null,
    when: {
      status: when.status,
      waitingOn: when.waiting_on,
      flow: when.flow,
      method: when.method,
      schema: when.schema,
      source: when.source,
      level: when.level,
      accountYoungerThan: when.account_younger_than,
      accountOlderThan: when.account_older_than,
      verdictYoungerThan: when.verdict_younger_than,
      verdictOlderThan: when.verdict_older_than,
    },
  };
}

/** Identifies a policy by its values: comments and layout do not count. */
function hashOf(document: PolicyDocument): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 12);
}

function toPolicy(document: PolicyDocument): Policy {
  const rules = document.rules.map(toRule);
  const otherwise = rules.pop();
  if (otherwise === undefined) throw new Error('a policy without rules passed the schema');
  const { start_again: again, on_rejected: rejected } = document;
  return {
    hash: hashOf(document),
    rules,
    otherwise,
    asksOrigin: rules.some(({ when }) => when.source !== undefined || when.level !== undefined),
    startAgain: {
      reasons: again.reasons,
      maxRejections: again.max_rejections,
      waitMs: again.wait,
      maxExecutions: again.max_executions,
      windowMs: again.window,
      afterLifetime: again.after_lifetime,
    },
    evidence: document.evidence,
    requiredLevels: document.required_level,
    onRejected: { revokeSessions: rejected.revoke_sessions, deactivate: rejected.deactivate },
    verdictLifetimeMs: document.verdict_lifetime ?? null,
  };
}

/** The values of a document, or why it has none: an alias without its anchor, or aliases of aliases that would fill the memory. */
function valuesOf(document: Document): { readonly values: unknown } | { readonly problem: string } {
  try {
    return { values: document.contents === null ? undefined : document.toJS() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'unreadable' };
  }
}

/** Parses a policy from YAML or JSON. Returns all mistakes together. */
export function parsePolicy(text: string): ParsedPolicy {
  if (isTooDeep(text))
    return { mistakes: [{ line: 0, path: '', expected: `YAML of at most ${DEEPEST} levels`, seen: 'more' }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  if (document.errors.length > 0)
    return {
      mistakes: document.errors.map(({ pos: [at], code }) => {
        return { line: lines.linePos(at).line, path: '', expected: 'YAML that can be read', seen: code };
      }),
    };
  const read = valuesOf(document);
  if ('problem' in read)
    return { mistakes: [{ line: 1, path: '', expected: 'YAML whose aliases can be read', seen: read.problem }] };
  const parsed = policySchema.safeParse(read.values);
  const found: Mistake[] = parsed.success ? policyMistakes(parsed.data) : shapeMistakes(parsed.error);
  if (parsed.success && found.length === 0) return { policy: toPolicy(parsed.data) };
  return {
    mistakes: found.map(({ path, expected }) => {
      const place = { line: lineOf(document, lines, path), path: pathText(path) };
      return { ...place, expected, seen: quoted(path.reduce(memberOf, read.values)) };
    }),
  };
}

/** The behaviour of the published integration: `rejected` blocks, everything else passes. */
const DEFAULT_RULES = `
  - name: rejected
    when: { status: rejected }
    then: block
  - name: everything else
    then: allow
`;

/**
 * A rejection that the person can act on, or that a further attempt is about to replace: the refusal leads to the pages.
 * Without it such a person could never sign in again, because the pages ask for a session.
 */
const TRY_AGAIN_RULE = `
  - name: try again
    when: { status: rejected, waiting_on: [person, jumio] }
    then: block_with_way_on
`;

function parseDefault(rules: string): Policy {
  const { policy } = parsePolicy(`rules:\n${rules}`);
  if (policy === undefined) throw new Error('the default policy is invalid');
  return policy;
}

/** The policy of an installation without a policy file and without pages. */
export const defaultPolicy: Policy = parseDefault(DEFAULT_RULES);

/** The policy of an installation without a policy file, where pages are configured (decision 66). */
export const defaultPolicyWithPages: Policy = parseDefault(TRY_AGAIN_RULE + DEFAULT_RULES);
