import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import {
  EVIDENCE_REASONS,
  type EvidenceOutcome,
  fetchEvidence,
  fetchImage,
} from '../../verification/operator/index.ts';
import type { CookieSigner } from '../cookies.ts';
import { anchor, html, type Markup } from '../pages/render.ts';
import { type ConsoleOptions, casePath, operatorBehind } from './console.ts';
import { type ConsolePage, pairs, type RenderConsole } from './document.ts';
import { identityIdIn, requireFresh, requireOther, requireTask } from './require-operator.ts';

/** What these routes need. */
export type EvidenceOptions = Omit<ConsoleOptions, 'evidence'> & {
  readonly level: 'details' | 'images';
  readonly render: RenderConsole;
  readonly protect: preHandlerHookHandler;
};

/** A picture is loaded by the page that was just shown, and by nobody later. */
const TICKET_MS = 60_000;

const ticket = z.object({
  by: z.string(),
  identityId: z.uuid(),
  accountId: z.string(),
  credentialId: z.string(),
  classifier: z.string(),
  until: z.number(),
});

type Ticket = z.infer<typeof ticket>;

/** A picture's address carries a signed ticket, so it is one that the page named, for the operator who saw it, for a minute. */
function toText(signer: CookieSigner, content: Ticket): string {
  return signer.secret.sign(`evidence ${Buffer.from(JSON.stringify(content)).toString('base64url')}`);
}

function fromText(signer: CookieSigner, text: string): Ticket | undefined {
  const { valid, value } = signer.secret.unsign(text);
  const [use, encoded = ''] = value?.split(' ') ?? [];
  if (!valid || use !== 'evidence') return undefined;
  return ticket.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))).data;
}

const REASON_WORDS: Readonly<Record<(typeof EVIDENCE_REASONS)[number], string>> = {
  to_decide: 'to decide this case',
  complaint: 'because of a complaint',
  suspected_fraud: 'because of a suspected fraud',
  audit: 'for an audit',
};

const NOTHING: ConsolePage = {
  title: 'There is nothing here',
  mood: 'problem',
  sentence: 'A picture is shown for a minute, to the operator who asked for it.',
};

function askPage(
  id: string,
  attempt: string | undefined,
  csrfToken: string,
  level: EvidenceOptions['level'],
): ConsolePage {
  const what =
    level === 'images' ? 'what Jumio read from the document, and its pictures' : 'what Jumio read from the document';
  const options = EVIDENCE_REASONS.map(
    (reason) =>
      html`<p><label><input type="radio" name="reason" value="${reason}" required> ${REASON_WORDS[reason]}</label></p>\n`,
  );
  return {
    title: 'Look at what Jumio has',
    screen: 'queue',
    sentence: `It is fetched from Jumio now: ${what}. Nothing of it is stored here, and the audit says that you looked, and why.`,
    body: html`<form method="post" action="${casePath(id)}/evidence"><input type="hidden" name="_csrf" value="${csrfToken}">${
      attempt === undefined ? undefined : html`<input type="hidden" name="attempt" value="${attempt}">`
    }
<fieldset><legend>Why</legend>
${options}</fieldset><button>Look</button></form>
<p>${anchor(casePath(id), 'Back to the case')}</p>
`,
  };
}

type Shown = EvidenceOutcome & { readonly kind: 'shown' };

function shownBody(
  { evidence, accountId }: Shown,
  id: string,
  by: string,
  { level, signer, ctx }: EvidenceOptions,
): Markup {
  const until = ctx.clock.now() + TICKET_MS;
  const figures = (level === 'images' ? evidence.parts : []).map(({ credentialId, classifier }) => {
    const text = toText(signer, { by, identityId: id, accountId, credentialId, classifier, until });
    const name = classifier.toLowerCase();
    const src = `/operator/evidence?ticket=${encodeURIComponent(text)}`;
    return html`<figure><img src="${src}" alt="The picture ${name} at Jumio"><figcaption>${name}. ${anchor(src, `Is there no picture? Why the ${name} does not come`)}</figcaption></figure>\n`;
  });
  const texts =
    evidence.texts.length === 0
      ? html`<p>Jumio read no text.</p>\n`
      : pairs(evidence.texts.map(({ name, value }) => [name, value] as const));
  return html`${texts}${figures.length === 0 ? undefined : html`<div class="pictures">${figures}</div>\n`}<p>${anchor(casePath(id), 'Back to the case')}</p>
`;
}

type Unshown = Exclude<EvidenceOutcome, Shown>;

function refusalPage(outcome: Unshown): readonly [number, ConsolePage] {
  switch (outcome.kind) {
    case 'none':
      return [
        404,
        {
          title: 'Jumio has nothing of this person',
          mood: 'problem',
          sentence: 'There is no execution, or the person was erased.',
        },
      ];
    case 'busy':
      return [
        503,
        {
          title: 'Jumio is busy with people',
          mood: 'problem',
          sentence: 'All calls that may be made now are needed for verifications. Try again in a minute.',
        },
      ];
    case 'foreign':
      return [
        409,
        {
          title: 'Jumio’s answer is about somebody else',
          mood: 'problem',
          sentence: 'It is not shown. Check the execution in the Jumio portal.',
        },
      ];
    case 'refused':
      return [
        503,
        {
          title: 'Jumio gives nothing',
          mood: 'problem',
          sentence:
            outcome.status === undefined
              ? 'It does not answer. The audit says so.'
              : `It answered ${outcome.status}. The audit says so.`,
        },
      ];
    default:
      return outcome satisfies never;
  }
}

const chosen = { attempt: z.uuid().optional().catch(undefined) };

const form = z.object({ ...chosen, reason: z.enum(EVIDENCE_REASONS).optional().catch(undefined) });

const asked = z.object(chosen);

const query = z.object({ ticket: z.string().catch('') });

/** `/operator/people/{id}/evidence` and the pictures of its page: registered only where `EVIDENCE` is on (docs/console.md#evidence). */
export function evidenceRoutes(app: FastifyInstance, options: EvidenceOptions): void {
  const { ctx, render, protect, level, signer } = options;
  const mayLook = requireTask('evidence', render);
  const others = requireOther(render);

  const ask = (request: FastifyRequest, reply: FastifyReply, code: number): FastifyReply => {
    const found = operatorBehind(request);
    const id = identityIdIn(request);
    if (found === undefined || id === undefined) return render(reply, 404, NOTHING);
    const { attempt } = asked.parse({ ...asked.parse(request.query), ...asked.parse(request.body ?? {}) });
    return render(reply, code, askPage(id, attempt, reply.generateCsrf({ userInfo: found.operator.id }), level));
  };

  app.get('/operator/people/:id/evidence', { preHandler: [mayLook, others] }, async (request, reply) =>
    ask(request, reply, 200),
  );

  app.post(
    '/operator/people/:id/evidence',
    { preHandler: [protect, mayLook, others, requireFresh(render)] },
    async (request, reply) => {
      const found = operatorBehind(request);
      const id = identityIdIn(request);
      const { reason, attempt: verificationId } = form.parse(request.body ?? {});
      if (found === undefined || id === undefined || reason === undefined) return ask(request, reply, 400);
      const by = found.operator.id;
      const outcome = await fetchEvidence(ctx, { identityId: id, verificationId, by, reason, level });
      if (outcome.kind !== 'shown') return render(reply, ...refusalPage(outcome));
      const body = shownBody(outcome, id, by, options);
      return render(reply, 200, { title: `What Jumio has of attempt ${outcome.attempt}`, screen: 'queue', body });
    },
  );

  if (level !== 'images') return;
  app.get('/operator/evidence', { preHandler: mayLook }, async (request, reply) => {
    const found = operatorBehind(request);
    const named = fromText(signer, query.parse(request.query).ticket);
    const isValid = named !== undefined && named.by === found?.operator.id && named.until > ctx.clock.now();
    if (!isValid) return render(reply, 404, NOTHING);
    const outcome = await fetchImage(ctx, named);
    if (outcome.kind !== 'picture') return render(reply, ...refusalPage(outcome));
    const { image } = outcome;
    return reply
      .type(image.type)
      .headers({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
      .send(image.bytes);
  });
}
