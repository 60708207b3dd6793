import { childrenOf, type Node, parse, selectorOf } from './promql.ts';
import type { Sample, Scrape } from './scrape.ts';

/** One value of a result. */
interface Value {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An instant vector. */
type Vector = readonly Value[];

type Result = number | Vector;

/** How long a series counts after its last scrape, in seconds. */
const LOOKBACK_S = 300;

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

interface Input {
  readonly text: string;
  readonly scrapes: readonly Scrape[];
}

const textOf = ({ from, to }: Node, { text }: Input): string => text.slice(from, to);

function keyOf(labels: Value['labels'], names?: readonly string[]): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([name]) => names === undefined || names.includes(name))
      .sort(([one], [other]) => one.localeCompare(other)),
  );
}

function matching(node: Node, input: Input, samples: readonly Sample[]): Value[] {
  const { metric, matchers } = selectorOf(node, input.text);
  return samples.filter(
    (sample) => sample.metric === metric && matchers.every(({ label, is }) => is(sample.labels[label] ?? '')),
  );
}

function latest(node: Node, input: Input): Vector {
  const last = input.scrapes.at(-1);
  const recent = input.scrapes.filter(({ at }) => last !== undefined && at > last.at - LOOKBACK_S);
  const found = new Map<string, Value>();
  for (const { samples } of recent) for (const one of matching(node, input, samples)) found.set(keyOf(one.labels), one);
  return [...found.values()];
}

/** How much each counter has grown within a time, without the extrapolation of Prometheus: what was seen between two scrapes. */
function increase(node: Node, input: Input): Vector {
  const [selector, duration] = childrenOf(node);
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(duration === undefined ? '' : textOf(duration, input)) ?? [];
  const window = Number(count) * (UNIT_S[unit] ?? Number.NaN);
  const end = input.scrapes.at(-1)?.at ?? 0;
  const series = new Map<string, Value[]>();
  for (const { at, samples } of input.scrapes) {
    if (selector === undefined || at < end - window) continue;
    for (const one of matching(selector, input, samples))
      series.set(keyOf(one.labels), [...(series.get(keyOf(one.labels)) ?? []), one]);
  }
  return [...series.values()].flatMap((values) => {
    const [first, ...others] = values;
    if (first === undefined || others.length === 0) return [];
    // A counter that is smaller than before began anew.
    const steps = others.map(({ value }, n) => value - (value < (values[n]?.value ?? 0) ? 0 : (values[n]?.value ?? 0)));
    return [{ labels: first.labels, value: steps.reduce((sum, step) => sum + step, 0) }];
  });
}

const AGGREGATIONS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  count: (values) => values.length,
};

function aggregate(node: Node, input: Input): Vector {
  const [operator, ...others] = childrenOf(node);
  const modifier = others.find(({ name }) => name === 'AggregateModifier');
  const body = others.find(({ name }) => name === 'FunctionCallBody')?.firstChild;
  const combine = AGGREGATIONS[operator === undefined ? '' : textOf(operator, input)];
  if (combine === undefined || body == null) throw new Error(`no aggregation: ${textOf(node, input)}`);
  const by = (modifier === undefined ? '' : textOf(modifier, input)).match(/\w+/g)?.slice(1) ?? [];
  const groups = new Map<string, Value[]>();
  for (const one of vectorOf(body, input)) {
    const key = keyOf(one.labels, by);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([key, values]) => ({
    labels: Object.fromEntries(JSON.parse(key)),
    value: combine(values.map(({ value }) => value)),
  }));
}

function call(node: Node, input: Input): Result {
  const [name, body] = childrenOf(node);
  const parts = body === undefined ? [] : childrenOf(body);
  const [first] = parts;
  const called = name === undefined ? '' : textOf(name, input);
  if (first === undefined) throw new Error(`no argument: ${textOf(node, input)}`);
  switch (called) {
    case 'increase':
      return increase(first, input);
    case 'abs':
      return vectorOf(first, input).map((one) => ({ ...one, value: Math.abs(one.value) }));
    case 'absent':
      return vectorOf(first, input).length === 0 ? [{ labels: {}, value: 1 }] : [];
    case 'label_replace': {
      const [, label = '', value = '', source, pattern] = parts.map((part) =>
        textOf(part, input).replace(/^"|"$/g, ''),
      );
      if (source !== '' || pattern !== '') throw new Error('label_replace by a pattern is not known here');
      return vectorOf(first, input).map((one) => ({ ...one, labels: { ...one.labels, [label]: value } }));
    }
    default:
      throw new Error(`the function ${called} is not known here`);
  }
}

const NUMBERS: Readonly<Record<string, (one: number, other: number) => number>> = {
  '+': (one, other) => one + other,
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
};

const COMPARISONS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '==': (one, other) => one === other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
};

/** A comparison keeps the left side where it holds; arithmetic gives a value for each pair of equal labels. */
function compute(operator: string, left: Result, right: Result): Result {
  const number = NUMBERS[operator];
  const comparison = COMPARISONS[operator];
  if (typeof left === 'number' && typeof right === 'number' && number !== undefined) return number(left, right);
  const pairs =
    typeof left === 'number'
      ? vectorIn(right).map((one) => ({ labels: one.labels, left, right: one.value }))
      : left.flatMap(({ labels, value }) => {
          const other =
            typeof right === 'number' ? right : right.find((one) => keyOf(one.labels) === keyOf(labels))?.value;
          return other === undefined ? [] : [{ labels, left: value, right: other }];
        });
  if (number !== undefined) return pairs.map((pair) => ({ labels: pair.labels, value: number(pair.left, pair.right) }));
  if (comparison === undefined) throw new Error(`the operator ${operator} is not known here`);
  return pairs
    .filter((pair) => comparison(pair.left, pair.right))
    .map((pair) => ({ labels: pair.labels, value: pair.left }));
}

function binary(node: Node, input: Input): Result {
  const [left, operator, ...others] = childrenOf(node);
  const right = others.at(-1);
  if (left === undefined || operator === undefined || right === undefined) throw new Error('half an expression');
  const on = others.find(({ name }) => name === 'MatchingModifierClause');
  const names = on === undefined ? undefined : (textOf(on, input).match(/\w+/g)?.slice(1) ?? []);
  const [one, other] = [resultOf(left, input), resultOf(right, input)];
  const isIn = (values: Vector) => (each: Value) =>
    values.some(({ labels }) => keyOf(labels, names) === keyOf(each.labels, names));
  switch (textOf(operator, input)) {
    case 'and':
      return vectorIn(one).filter(isIn(vectorIn(other)));
    case 'or':
      return [...vectorIn(one), ...vectorIn(other).filter((each) => !isIn(vectorIn(one))(each))];
    case 'unless':
      return vectorIn(one).filter((each) => !isIn(vectorIn(other))(each));
    default:
      return compute(textOf(operator, input), one, other);
  }
}

function vectorIn(result: Result): Vector {
  if (typeof result === 'number') throw new Error('a number in the place of a vector');
  return result;
}

function vectorOf(node: Node, input: Input): Vector {
  return vectorIn(resultOf(node, input));
}

function resultOf(node: Node, input: Input): Result {
  switch (node.name) {
    case 'NumberDurationLiteral':
      return Number(textOf(node, input));
    case 'ParenExpr': {
      const [inner] = childrenOf(node);
      if (inner === undefined) throw new Error('empty parentheses');
      return resultOf(inner, input);
    }
    case 'VectorSelector':
      return latest(node, input);
    case 'AggregateExpr':
      return aggregate(node, input);
    case 'FunctionCall':
      return call(node, input);
    case 'BinaryExpr':
      return binary(node, input);
    default:
      throw new Error(`${node.name} is not known here`);
  }
}

/**
 * Evaluates an expression over scrapes, as of the last of them, as Prometheus would; it knows what the alerts of this repository use, and
 * throws at all else.
 */
export function evaluate(expression: string, scrapes: readonly Scrape[]): Vector {
  const { text, top } = parse(expression);
  const { firstChild } = top;
  if (firstChild === null) throw new Error('an empty expression');
  return vectorOf(firstChild, { text, scrapes });
}
