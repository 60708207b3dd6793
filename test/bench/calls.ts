import { startAdminProxy } from '../../sandbox/kratos/proxy.ts';
import { freePorts } from '../../sandbox/kratos/real/ports.ts';
import { jumioControl } from '../../sandbox/scenarios/jumio-control.ts';
import { newPerson } from '../../sandbox/scenarios/person.ts';
import { startStack } from '../../sandbox/stack/start.ts';

const READ_BACK_MS = 62_000;

function count(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, times]) => `${times} ${kind}`).join(', ') || 'none';
}

/** The calls that one journey costs, counted at the upstreams. */
export async function benchCalls(print: (line: string) => void): Promise<void> {
  const ports = await freePorts();
  const proxy = await startAdminProxy(`http://127.0.0.1:${ports.admin}`);
  const stack = await startStack({ kratos: { ports }, env: { KRATOS_ADMIN_URL: proxy.url } });
  const jumio = jumioControl(stack.jumioUrl);
  let seen = { jumio: 0, kratos: 0 };
  const since = async (): Promise<string> => {
    const calls = (await jumio.calls()).map(({ kind }) => kind).filter((kind) => kind !== 'web');
    const patches = proxy.calls().map(({ kind }) => kind);
    const news = `Jumio: ${count(calls.slice(seen.jumio))}; Kratos: ${count(patches.slice(seen.kratos))}`;
    seen = { jumio: calls.length, kratos: patches.length };
    return news;
  };
  try {
    const person = await newPerson(stack);
    await person.waitFor({ status: 'pending' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    print(`calls of a sign-up                           ${await since()}`);
    const [execution] = await jumio.executionsOf(person.identityId);
    await jumio.post(`executions/${execution?.id}/outcome`, { outcome: 'pass' });
    await person.waitFor({ status: 'approved' });
    print(`calls of a verdict                           ${await since()}`);
    await person.signIn();
    await new Promise((resolve) => setTimeout(resolve, 500));
    print(`calls of a sign-in                           ${await since()}`);
    await new Promise((resolve) => setTimeout(resolve, READ_BACK_MS));
    print(`calls in the minute after a verdict          ${await since()}`);
  } finally {
    await stack.stop();
    await proxy.stop();
  }
}
