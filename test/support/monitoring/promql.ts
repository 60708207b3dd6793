import { parser } from '@prometheus-io/lezer-promql';

type Tree = ReturnType<typeof parser.parse>;

/** A node of a parsed expression. */
export type Node = Tree['topNode'];

/** Parses an expression as Prometheus does, with the variables of Grafana filled in. Throws where it is none. */
export function parse(expression: string): { readonly text: string; readonly top: Node } {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const tree = parser.parse(text);
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text.slice(from, from + 40)} in ${text}`);
    },
  });
  return { text, top: tree.topNode };
}

/** A condition on a label. */
export interface Matcher {
  readonly label: string;
  readonly is: (value: string) => boolean;
  readonly text: string;
}

/** What an expression selects. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** The aggregations around it, the innermost first, e.g. `max`. */
  readonly within: readonly string[];
}

/** The children of a node. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function matcherOf(node: Node, text: string): Matcher {
  const [label, operator, literal] = childrenOf(node).map(({ from, to }) => text.slice(from, to));
  const value = JSON.parse(literal ?? '""');
  const pattern = new RegExp(`^(?:${value})$`);
  const test: Readonly<Record<string, (seen: string) => boolean>> = {
    '=': (seen) => seen === value,
    '!=': (seen) => seen !== value,
    '=~': (seen) => pattern.test(seen),
    '!~': (seen) => !pattern.test(seen),
  };
  const is = test[operator ?? ''];
  if (is === undefined || label === undefined) throw new Error(`no matcher: ${text.slice(node.from, node.to)}`);
  return { label, is, text: text.slice(node.from, node.to) };
}

/** The metric of a selector, and its conditions. */
export function selectorOf(node: Node, text: string): Omit<Selector, 'within'> {
  const [name, matchers] = childrenOf(node);
  if (name === undefined) throw new Error('a selector without a metric');
  return {
    metric: text.slice(name.from, name.to),
    matchers: matchers === undefined ? [] : childrenOf(matchers).map((one) => matcherOf(one, text)),
  };
}

function enclosing(node: Node, text: string): string[] {
  const found: string[] = [];
  for (let above = node.parent; above !== null; above = above.parent) {
    const [operator] = above.name === 'AggregateExpr' ? childrenOf(above) : [];
    if (operator !== undefined) found.push(text.slice(operator.from, operator.to));
  }
  return found;
}

/** Everything that an expression selects. Throws where it is no PromQL. */
export function selectors(expression: string): Selector[] {
  const { text, top } = parse(expression);
  const found: Selector[] = [];
  top.cursor().iterate((cursor) => {
    const { node } = cursor;
    if (node.name === 'VectorSelector') found.push({ ...selectorOf(node, text), within: enclosing(node, text) });
  });
  return found;
}
