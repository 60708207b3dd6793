import { expect, test } from 'vitest';
import { z } from 'zod';
import { createBrowser } from '../../../../sandbox/kratos/client/browser.ts';
import { newPerson, type World } from '../world.ts';

const flow = z.object({
  id: z.string(),
  ui: z.object({
    action: z.string(),
    nodes: z.array(z.object({ attributes: z.object({ name: z.string().optional(), value: z.unknown().optional() }) })),
  }),
});

const KINDS = [
  ['login', 'identifier', 'a wrong password', 'wrong-horse-9-battery'],
  ['registration', 'traits.email', 'a password that is too short', 'short'],
] as const;

/** What a browser finds in a form that was refused. */
export function formCases(world: () => World): void {
  test.each(KINDS)(
    'a form of %s that was refused keeps %s, and never the password: %s',
    async (kind, field, _what, password) => {
      const { publicUrl } = world().kratos;
      const { email } = newPerson();
      const browser = createBrowser();
      const read = async (page: string | undefined) => {
        const id = new URL(page ?? '').searchParams.get('flow');
        const url = `${publicUrl}/self-service/${kind}/flows?id=${id}`;
        const answer = await browser.get(url, { headers: { accept: 'application/json' } });
        const { ui } = flow.parse(answer.json());
        const values = new Map(ui.nodes.map(({ attributes: { name, value } }) => [name, value]));
        return { ui, values };
      };
      const opened = await read((await browser.get(`${publicUrl}/self-service/${kind}/browser`)).location);
      expect(opened.values.get(field) ?? '').toBe('');
      const form = {
        method: 'password',
        [field]: email,
        password,
        csrf_token: String(opened.values.get('csrf_token')),
      };
      const refused = await read((await browser.post(opened.ui.action, { form })).location);
      expect([refused.values.get(field), refused.values.get('password') ?? '']).toEqual([email, '']);
    },
  );
}
