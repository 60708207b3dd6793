import { expect, test } from 'vitest';
import { z } from 'zod';
import { signUp } from '../../../../sandbox/kratos/client/flows.ts';
import { adminCall, patchIdentity, readIdentity } from '../admin.ts';
import { newPerson, type World } from '../world.ts';

const UNKNOWN = '5d0f1b1c-8a57-4b8f-8f0c-0f4a3a2b1c0d';

const GONE = { error: { code: 404, message: 'Unable to locate the resource' } };

function stateOf(identity: unknown): { state: string; since: number } {
  const { state, state_changed_at } = z.object({ state: z.string(), state_changed_at: z.string() }).parse(identity);
  return { state, since: Date.parse(state_changed_at) };
}

export function identityCases(world: () => World): void {
  async function newIdentity(): Promise<string> {
    return (await signUp(world().kratos, newPerson(), { as: 'api' })).identityId ?? '';
  }

  test('a patch with add creates null parents, is idempotent, and returns both metadata', async () => {
    const id = await newIdentity();
    const patch = [
      { op: 'add', path: '/metadata_public/jumio', value: { status: 'approved' } },
      { op: 'add', path: '/metadata_admin/jumio', value: { attempts: 1 } },
    ];
    const expected = {
      metadata_public: { jumio: { status: 'approved' } },
      metadata_admin: { jumio: { attempts: 1 } },
    };
    for (const _ of ['once', 'twice']) {
      const answer = await patchIdentity(world(), id, patch);
      expect(answer.status).toBe(200);
      expect(answer.json()).toMatchObject(expected);
    }
    expect(await readIdentity(world(), id)).toMatchObject(expected);
  });

  test('a patch with replace creates a missing member, a numeric segment creates a list', async () => {
    const id = await newIdentity();
    await patchIdentity(world(), id, [
      { op: 'replace', path: '/metadata_public/a', value: 1 },
      { op: 'add', path: '/metadata_public/b/1', value: 'x' },
    ]);
    expect((await readIdentity(world(), id)).metadata_public).toEqual({ a: 1, b: [null, 'x'] });
  });

  test.each([
    ['test', [{ op: 'test', path: '/state', value: 'active' }], 'unsupported operation: test'],
    ['remove of a missing member', [{ op: 'remove', path: '/metadata_public/no' }], 'doc is missing path'],
    ['a denied path', [{ op: 'add', path: '/id', value: 'x' }], 'patch includes denied path: /id'],
    ['no list', {}, 'json: cannot unmarshal object'],
    ['no body', undefined, ''],
  ])('a patch with %s is a 400 and changes nothing', async (_name, patch, message) => {
    const id = await newIdentity();
    const before = await readIdentity(world(), id);
    const answer = await patchIdentity(world(), id, patch);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: { code: 400, message: expect.stringContaining(message) } });
    expect(await readIdentity(world(), id)).toEqual(before);
  });

  test('a state in the same patch as metadata is stored with its time, and is unchanged by a second patch', async () => {
    const id = await newIdentity();
    const patch = [
      { op: 'add', path: '/metadata_public/jumio', value: { status: 'rejected' } },
      { op: 'replace', path: '/state', value: 'inactive' },
    ];
    const before = stateOf(await readIdentity(world(), id));
    const written = stateOf((await patchIdentity(world(), id, patch)).json());
    expect(written.state).toBe('inactive');
    expect(written.since).toBeGreaterThan(before.since);
    const read = await readIdentity(world(), id);
    expect(read.metadata_public).toEqual({ jumio: { status: 'rejected' } });
    expect(Math.abs(stateOf(read).since - written.since)).toBeLessThan(2_000);
    const twice = stateOf((await patchIdentity(world(), id, patch)).json());
    expect(twice.state).toBe('inactive');
    expect(Math.abs(twice.since - written.since)).toBeLessThan(5);
  });

  test('the list of identities has pages linked by rel=next, each identity once, and an invalid token is a 400', async () => {
    const ids = [await newIdentity(), await newIdentity(), await newIdentity()];
    const seen: string[] = [];
    for (let path: string | undefined = '?page_size=2'; path !== undefined; ) {
      const answer = await adminCall(world(), 'GET', path);
      expect(answer.status).toBe(200);
      const page = z.array(z.object({ id: z.string() })).parse(answer.json());
      expect(page.length).toBeLessThanOrEqual(2);
      seen.push(...page.map(({ id }) => id));
      path = /<[^>]*\/identities(\?[^>]*)>;\s*rel="next"/.exec(String(answer.headers.link))?.[1];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(ids));
    const stale = await adminCall(world(), 'GET', '?page_size=2&page_token=garbage');
    expect(stale.status).toBe(400);
  });

  test('deleting the sessions of an unknown identity is the same 404 as for an identity without sessions', async () => {
    const id = await newIdentity();
    await adminCall(world(), 'DELETE', `${id}/sessions`);
    for (const unknown of [id, UNKNOWN]) {
      const answer = await adminCall(world(), 'DELETE', `${unknown}/sessions`);
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject(GONE);
    }
  });

  test('reading or patching an unknown identity is a 404, whatever the patch', async () => {
    for (const answer of [
      await adminCall(world(), 'GET', UNKNOWN),
      await patchIdentity(world(), UNKNOWN, 'no patch'),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject(GONE);
    }
  });

  test('concurrent patches of different paths all return 200 and are partly lost: writers must be serialized', async () => {
    const id = await newIdentity();
    const names = Array.from({ length: 40 }, (_, index) => `key${index}x`);
    const answers = await Promise.all(
      names.map((name) => patchIdentity(world(), id, [{ op: 'add', path: `/metadata_public/${name}`, value: 1 }])),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    const survivors = Object.keys(Object((await readIdentity(world(), id)).metadata_public));
    expect(survivors.length).toBeGreaterThan(0);
    expect(survivors.length).toBeLessThan(40);
  });

  test('a patch with remove keeps the other members, and an identity is found by its exact identifier', async () => {
    const person = newPerson();
    const id = (await signUp(world().kratos, person, { as: 'api' })).identityId ?? '';
    await patchIdentity(world(), id, [
      { op: 'add', path: '/metadata_public/jumio', value: { status: 'approved' } },
      { op: 'add', path: '/metadata_public/theirs', value: 1 },
    ]);
    const removed = await patchIdentity(world(), id, [{ op: 'remove', path: '/metadata_public/jumio' }]);
    expect(removed.status).toBe(200);
    expect((await readIdentity(world(), id)).metadata_public).toEqual({ theirs: 1 });
    const find = async (identifier: string) =>
      (await adminCall(world(), 'GET', `?credentials_identifier=${encodeURIComponent(identifier)}`)).json();
    expect(await find(person.email)).toMatchObject([{ id }]);
    expect(await find(person.email.slice(1))).toEqual([]);
  });
}
