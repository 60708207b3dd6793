import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, visit, type YAMLMap } from 'yaml';
import type { Operation } from '../../doctor/finding.ts';
import { describeHook } from '../../doctor/kratos-config/dropped.ts';
import { dotted, type HookEntry } from '../../doctor/kratos-config/hooks.ts';
import { at, isTree, keysOf, listAt, type Tree, UnreadableConfig } from '../../doctor/kratos-config/read.ts';
import { type ListOptions, type ListPlan, planLists } from './lists.ts';

/** A merged configuration, and what became of the operator's hooks: one line for each list that has any such. */
export interface Merged {
  readonly document: Document;
  /** The operator's configuration as it was, aliases and merge keys written out. */
  readonly before: Tree;
  /** What was done to it. */
  readonly operations: readonly Operation[];
  /** Hooks of the operator that still run. */
  readonly kept: readonly string[];
  /** Older hooks of this service that were removed. */
  readonly replaced: readonly string[];
  /** Lists of which `session` was removed. */
  readonly withoutSession: readonly string[];
  /** Lists that `session` was added to. */
  readonly withSession: readonly string[];
}

const HEAD = ` Merged with the hooks of kratos-jumio-bridge by \`kratos-config\`. It holds the secret of the hooks: only Kratos and its
 operator may read it. Where this file is merged again, these hooks are replaced and all others are kept.`;

const IN_FULL = { aliasDuplicateObjects: false } as const;

/** With `merge` a merge key is no text `<<`. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

/** What each alias and each map with a merge key stands for. Read before any of them is replaced, because they refer to each other. */
function referencesIn(document: Document): ReadonlyMap<Node, unknown> {
  const references = new Map<Node, unknown>();
  visit(document, {
    Alias: (_, node) => void references.set(node, node.toJS(document, { maxAliasCount: -1 })),
    Map: (_, node) => {
      const isMerged = node.items.some(({ key }) => isMergeKey(key));
      if (isMerged) references.set(node, node.toJS(document, { maxAliasCount: -1 }));
    },
  });
  return references;
}

/** Takes the merge keys out of a map, and puts in what they stood for. Its own entries stay, with their comments. */
function writeOutMerge(document: Document, map: YAMLMap, whole: Tree): void {
  map.items = map.items.filter(({ key }) => !isMergeKey(key));
  const lacking = Object.entries(whole).filter(([key]) => !map.has(key));
  for (const [key, value] of lacking) map.add(document.createPair(key, value, IN_FULL));
}

/** The operator's file, with every alias and merge key written out: a list that two places share could not get different hooks. */
function readOperator(text: string, path: string): Document {
  const document = parseDocument(text, { merge: true });
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new UnreadableConfig(`${path}: it holds no configuration`);
  const references = referencesIn(document);
  visit(document, (_, node) => {
    if (isAlias(node)) return document.createNode(references.get(node), IN_FULL);
    const whole = isMap(node) ? references.get(node) : undefined;
    if (isMap(node) && isTree(whole)) writeOutMerge(document, node, whole);
    return undefined;
  });
  return document;
}

/** The configuration that a document holds. */
export function treeOf(document: Document): Tree {
  const tree: unknown = document.toJS({ maxAliasCount: -1 });
  return isTree(tree) ? tree : {};
}

/** A key without a value, as in `after:`, is no map that an entry could be put into. @throws UnreadableConfig for any other value */
function makeParents(document: Document, keys: readonly string[], path: string): void {
  for (let depth = 1; depth < keys.length; depth++) {
    const place = keys.slice(0, depth);
    const node = document.getIn(place, true);
    if (node === undefined || isMap(node)) continue;
    if (!isScalar(node) || node.value !== null)
      throw new UnreadableConfig(`${path}: expected a map at ${place.join('.')}; saw another value`);
    document.deleteIn(place);
  }
}

function applyPlan(document: Document, { list, removed, position, added }: ListPlan, path: string): void {
  const keys = keysOf(list);
  makeParents(document, keys, path);
  const nodes = added.map((entry) => document.createNode(entry, IN_FULL));
  const own = document.getIn(keys, true);
  if (!isSeq(own)) {
    document.setIn(keys, document.createNode(added, IN_FULL));
    return;
  }
  own.items = own.items.filter((_, index) => !removed.includes(index));
  own.items.splice(position, 0, ...nodes);
  own.flow = false;
}

/** What a plan does, as data: the same on the plain values, to compare the document with. */
function operationOf({ list, removed, position, added }: ListPlan, before: Tree): Operation {
  const rest = listAt(before, list).filter((_, index) => !removed.includes(index));
  return { op: 'replace', path: list, value: rest.toSpliced(position, 0, ...added) };
}

function described(list: string, hooks: readonly HookEntry[], tree: Tree): string {
  return `${dotted(list)}: ${hooks.map((entry) => describeHook(at(tree, entry.pointer))).join(', ')}`;
}

function hooksOf({ list, kept }: ListPlan, tree: Tree): string[] {
  if (kept.length === 0) return [];
  const from = kept[0]?.list === list ? '' : ', which ran from the list of all methods';
  return [`${described(list, kept, tree)}${from}`];
}

/**
 * Puts the hooks of this service into the operator's own configuration. Comments stay, and so does every hook of theirs.
 * @param path names the file in errors
 * @throws UnreadableConfig for a text that is no configuration
 */
export function mergeActions(text: string, path: string, actions: Tree, options: ListOptions): Merged {
  const document = readOperator(text, path);
  const before = treeOf(parseDocument(text, { merge: true }));
  const plans = planLists(before, actions, options);
  for (const plan of plans) applyPlan(document, plan, path);
  const comment = document.commentBefore ?? '';
  if (!comment.includes(HEAD)) document.commentBefore = [HEAD, comment].filter(Boolean).join('\n\n');
  const listsOf = (found: readonly ListPlan[]) => found.map(({ list }) => dotted(list));
  const replacing = plans.filter(({ replaced }) => replaced.length > 0);
  return {
    document,
    before,
    operations: plans.map((plan) => operationOf(plan, before)),
    kept: plans.flatMap((plan) => hooksOf(plan, before)),
    replaced: replacing.map(({ list, replaced }) => described(list, replaced, before)),
    withoutSession: listsOf(plans.filter(({ isSessionRemoved }) => isSessionRemoved)),
    withSession: listsOf(plans.filter(({ isSessionAdded }) => isSessionAdded)),
  };
}
