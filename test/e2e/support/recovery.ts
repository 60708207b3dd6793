import { z } from 'zod';
import { createBrowser } from '../../../sandbox/kratos/client/browser.ts';
import { type Outcome, outcomeOf } from '../../../sandbox/kratos/client/flows.ts';
import { csrfTokenOf, readFlow } from '../../../sandbox/kratos/client/forms.ts';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import type { RunningKratos } from '../../../sandbox/kratos/start.ts';

const JSON_HEADERS = { accept: 'application/json' };

const messages = z.array(z.object({ recipient: z.string(), body: z.string() }));

/** The newest mail to an address. It is never delivered; the admin API shows it. */
async function mailTo({ adminUrl }: RunningKratos, email: string): Promise<string> {
  const answer = await send({ method: 'GET', url: `${adminUrl}/admin/courier/messages?page_size=250` });
  const found = messages.parse(answer.json()).find(({ recipient }) => recipient === email);
  if (found === undefined) throw new Error(`no mail to ${email}`);
  return found.body;
}

async function requestRecovery(kratos: RunningKratos, method: 'code' | 'link', email: string) {
  const browser = createBrowser();
  const created = await browser.get(`${kratos.publicUrl}/self-service/recovery/browser`, { headers: JSON_HEADERS });
  const flow = readFlow(created);
  const form = { method, email, csrf_token: csrfTokenOf(flow) };
  await browser.post(flow.ui.action, { form });
  return { browser, flow };
}

/** Requests a code by mail, and enters it. */
export async function recoverByCode(kratos: RunningKratos, email: string): Promise<Outcome> {
  const { browser, flow } = await requestRecovery(kratos, 'code', email);
  const code = /\b(\d{6})\b/.exec(await mailTo(kratos, email))?.[1] ?? '';
  const form = { method: 'code', code, csrf_token: csrfTokenOf(flow) };
  return outcomeOf(kratos, 'recovery', await browser.post(flow.ui.action, { form }), browser);
}

/** Requests a link by mail, and follows it. */
export async function recoverByLink(kratos: RunningKratos, email: string): Promise<Outcome> {
  const { browser } = await requestRecovery(kratos, 'link', email);
  const link = /https?:\/\/\S+token=\S+/.exec(await mailTo(kratos, email))?.[0] ?? '';
  return outcomeOf(kratos, 'recovery', await browser.get(link), browser);
}

/** Follows a link that the admin API made. */
export async function recoverByAdminLink(kratos: RunningKratos, identityId: string): Promise<Outcome> {
  const made = await send({
    method: 'POST',
    url: `${kratos.adminUrl}/admin/recovery/link`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identity_id: identityId }),
  });
  const { recovery_link } = z.object({ recovery_link: z.string() }).parse(made.json());
  const browser = createBrowser();
  return outcomeOf(kratos, 'recovery', await browser.get(recovery_link), browser);
}
