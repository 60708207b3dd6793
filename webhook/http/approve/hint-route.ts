import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { upTo } from '../../accepted-text.ts';
import { toText } from '../../texts/messages.ts';
import { type HintClient, redeemHint, type TransactionContext } from '../../transactions/index.ts';
import type { ApprovalDocument, RenderApproval } from './document.ts';
import { approvePath } from './form.ts';

/** Longer addresses are cut by proxies before they come here. */
const LONGEST_HINT = 8_000;

const query = z.object({ client_id: z.string().regex(upTo(64)), id_token_hint: z.string().regex(upTo(LONGEST_HINT)) });

/** Of every flaw the same page, and no redirect: the log says which. */
const BAD_LINK: ApprovalDocument = {
  title: toText('approve.bad_link.title'),
  mood: 'problem',
  sentence: toText('approve.bad_link.sentence'),
};

/** `GET /approve`: a payment that an application signed, brought by the payer's browser (docs/payments.md#signed-hints). */
export function hintRoute(
  app: FastifyInstance,
  {
    ctx,
    hints,
    render,
  }: { readonly ctx: TransactionContext; readonly hints: HintClient; readonly render: RenderApproval },
): void {
  app.get('/approve', async (request, reply) => {
    const { data } = query.safeParse(request.query);
    if (data === undefined) return render(reply, 400, BAD_LINK);
    const redeemed = await redeemHint(ctx, hints, { clientId: data.client_id, hint: data.id_token_hint });
    // To a clean address: neither the history nor the next page's log has the hint.
    if (redeemed.kind === 'recorded') return reply.redirect(approvePath(redeemed.id), 303);
    const { client, flaw } = redeemed;
    request.log.warn({ seen: flaw, ...(client !== undefined && { client }) }, 'a signed hint was refused');
    return render(reply, 400, BAD_LINK);
  });
}
