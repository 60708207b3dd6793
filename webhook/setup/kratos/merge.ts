import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { describeHook, hookLists } from '../../doctor/kratos-config/dropped.ts';
import { dotted } from '../../doctor/kratos-config/hooks.ts';
import { at, isTree, keysOf, listAt, type Tree, UnreadableConfig } from '../../doctor/kratos-config/read.ts';
import { type ListOptions, type ListPlan, planLists } from './lists.ts';

/** A merged configuration, and what became of the operator's hooks. */
export interface Merged {
  readonly document: Document;
  /** One line for each list with hooks of the operator that still run. */
  readonly kept: readonly string[];
  /** Lists of which `session` was removed, on request. */
  readonly withoutSession: readonly string[];
}

const HEAD = ` Merged with the hooks of kratos-jumio-bridge by \`kratos-config\`. It holds the secret of the hooks: only Kratos and its
 operator may read it. Where this file is merged again, these hooks are replaced and all others are kept.`;

/** The operator's file, with every alias and merge key written out: a list that two places share could not get different hooks. */
function readOperator(text: string, path: string): Document {
  const document = parseDocument(text, { merge: true });
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new UnreadableConfig(`${path}: it holds no configuration`);
  visit(document, {
    Alias: (_, node) => document.createNode(node.toJS(document, { maxAliasCount: -1 })),
    Map: (_, node) =>
      node.items.some(({ key }) => isScalar(key) && key.value === '<<')
        ? document.createNode(node.toJS(document, { maxAliasCount: -1 }))
        : undefined,
  });
  return document;
}

/** The configuration that a document holds. */
export function treeOf(document: Document): Tree {
  const tree: unknown = document.toJS({ maxAliasCount: -1 });
  return isTree(tree) ? tree : {};
}

function applyPlan(document: Document, { list, removed, position, added }: ListPlan): void {
  const keys = keysOf(list);
  const nodes = added.map((entry) => document.createNode(entry));
  const own = document.getIn(keys, true);
  if (!isSeq(own)) {
    document.setIn(keys, document.createNode(added));
    return;
  }
  own.items = own.items.filter((_, index) => !removed.includes(index));
  own.items.splice(position, 0, ...nodes);
  own.flow = false;
}

function hooksOf({ list, kept }: ListPlan, tree: Tree): string[] {
  if (kept.length === 0) return [];
  const hooks = kept.map((entry) => describeHook(at(tree, entry.pointer)));
  const from = kept[0]?.list === list ? '' : ', which ran from the list of all methods';
  return [`${dotted(list)}: ${hooks.join(', ')}${from}`];
}

/** No hook of the operator may be lost: what was merged is compared with what was there. */
function refuseLoss(before: Tree, after: Tree, plans: readonly ListPlan[]): void {
  for (const list of hookLists(before)) {
    const removed = plans.find((plan) => plan.list === list)?.removed ?? [];
    const lost = listAt(before, list).find(
      (hook, index) => !removed.includes(index) && !listAt(after, list).some((each) => isDeepStrictEqual(each, hook)),
    );
    if (lost !== undefined) throw new Error(`the merge would lose ${describeHook(lost)} of ${dotted(list)}`);
  }
}

/**
 * Puts the hooks of this service into the operator's own configuration. Comments stay, and so does every hook of theirs.
 * @param path names the file in errors
 * @throws UnreadableConfig for a text that is no configuration
 */
export function mergeActions(text: string, path: string, actions: Tree, options: ListOptions): Merged {
  const document = readOperator(text, path);
  const before = treeOf(document);
  const plans = planLists(before, actions, options);
  for (const plan of plans) applyPlan(document, plan);
  document.commentBefore = [HEAD, document.commentBefore].filter(Boolean).join('\n\n');
  refuseLoss(before, treeOf(document), plans);
  return {
    document,
    kept: plans.flatMap((plan) => hooksOf(plan, before)),
    withoutSession: plans.filter(({ isSessionRemoved }) => isSessionRemoved).map(({ list }) => dotted(list)),
  };
}
