import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { recoveryCode } from './kratos.ts';
import { page } from './layout.ts';
import { NOTES } from './notes.ts';

const form = z.object({ email: z.string().catch('') });

/**
 * No mail leaves this machine, so a help desk that trusts everybody stands in for the mail with the code. It knows who
 * was signed in here since the application started, and shows the code on the page that asks for it.
 */
export interface HelpDesk {
  remember(email: string, id: string): void;
  /** Markup that names the code of a flow, where one was given out here. */
  hint(flow: string): string;
}

export function helpDesk(): HelpDesk & { code(adminUrl: string, email: string): Promise<string | undefined> } {
  const ids = new Map<string, string>();
  const codes = new Map<string, string>();
  return {
    remember: (email, id) => void ids.set(email.toLowerCase(), id),
    hint: (flow) => {
      const code = codes.get(flow);
      return code === undefined
        ? ''
        : html`<p class="note">The mail that was not sent says: <strong>${code}</strong></p>`;
    },
    code: async (adminUrl, email) => {
      const id = ids.get(email.trim().toLowerCase());
      if (id === undefined) return undefined;
      const made = await recoveryCode(adminUrl, id);
      codes.set(new URL(made.page).searchParams.get('flow') ?? '', made.code);
      return made.page;
    },
  };
}

function askForAddress(said = ''): string {
  const message = said === '' ? '' : html`<p class="message" role="alert">${said}</p>`;
  const main = html`!${message}<form method="post"><p><label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required></p><p><button>Get a code</button></p></form>
<p><a href="/login">Back to sign-in</a></p>`;
  return page({ title: 'Password lost?', main, behind: NOTES.recovery });
}

export async function helpDeskPages(
  app: FastifyInstance,
  { desk, adminUrl }: { desk: ReturnType<typeof helpDesk>; adminUrl: string },
): Promise<void> {
  await app.register(formbody);
  app.get('/help-desk', (_request, reply) => reply.type('text/html').send(askForAddress()));
  app.post('/help-desk', async (request, reply) => {
    const { email } = form.parse(request.body);
    const next = await desk.code(adminUrl, email);
    if (next !== undefined) return reply.redirect(next, 303);
    return reply.type('text/html').send(askForAddress('Nobody with this address was signed in here today.'));
  });
}
