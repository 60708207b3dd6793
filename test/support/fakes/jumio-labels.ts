import { detailsWire } from '../../../webhook/jumio/wire.ts';

type Entry = readonly [type: string, label: string | undefined];

/** Findings by capability, through the service’s own schema of a details answer. */
export function readDetails(capabilities: Readonly<Record<string, readonly Entry[]>>) {
  const entries = Object.entries(capabilities).map(([name, list]) => [
    name,
    list.map(([type, label]) => ({ id: 'c', decision: { type, details: { label } } })),
  ]);
  const workflow = { id: 'w', status: 'PROCESSED', definitionKey: '10011' };
  const json = JSON.stringify({ workflow, account: { id: 'a' }, capabilities: Object.fromEntries(entries) });
  return detailsWire.parse(JSON.parse(json)).capabilities;
}

/** The labels of checks that did not pass, by capability, as docs/reference/jumio.md#75-capability-labels lists them. */
export function wordsOf(page: string): (readonly [capability: string, label: string])[] {
  const [, part = ''] = page.split('### 7.5 Capability labels');
  const rows = part.split('\n### ')[0]?.match(/^\| [a-z]\w+ \|.*$/gm) ?? [];
  return rows.flatMap((row) => {
    const [, capability = '', , ...columns] = row.split('|').map((cell) => cell.trim());
    return columns.flatMap((cell) =>
      (cell.match(/\b[A-Z][A-Z_]+\b/g) ?? [])
        .filter((label) => label !== 'PRECONDITION_NOT_FULFILLED')
        .map((label) => [capability, label] as const),
    );
  });
}
