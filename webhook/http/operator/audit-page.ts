import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type AuditPage, auditLines, noteExport, readAudit } from '../../verification/operator/index.ts';
import { anchor, html, type Markup } from '../pages/render.ts';
import { type ConsoleOptions, casePath, type OperatorRequest, operatorBehind, PATHS } from './console.ts';
import { type RenderConsole, table } from './document.ts';
import { requireTask } from './require-operator.ts';
import { eventDetail, eventWords, time, whoDid } from './words.ts';

const query = z.object({
  before: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional()
    .catch(undefined),
});

function body({ events, next }: AuditPage, { settings }: OperatorRequest): Markup {
  const rows = events.map(({ at, kind, identity, detail }) => [
    time(at),
    whoDid(settings, detail) ?? '–',
    eventWords(kind),
    identity === null ? '–' : html`<a href="${casePath(identity)}" class="id">${identity}</a>`,
    eventDetail(settings, detail),
  ]);
  const older = next === undefined ? undefined : html`<li>${anchor(`${PATHS.audit}?before=${next}`, 'Older')}</li>`;
  const list =
    rows.length === 0
      ? html`<p>No operator has done anything.</p>\n`
      : table('What operators did, the newest first', ['When', 'Who', 'What', 'Person', 'Details'], rows);
  return html`${list}<ul class="pager">${older}<li>${anchor(`${PATHS.audit}.jsonl`, 'All as JSON Lines')}</li></ul>\n`;
}

/** `GET /operator/audit` and `/operator/audit.jsonl`: who decided, proposed, looked and exported. */
export function auditRoutes(
  app: FastifyInstance,
  { ctx, render }: Pick<ConsoleOptions, 'ctx'> & { readonly render: RenderConsole },
): void {
  app.get(PATHS.audit, { preHandler: requireTask('audit', render) }, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const page = await readAudit(ctx, query.parse(request.query).before);
    return render(reply, 200, { title: 'Audit', screen: 'audit', body: body(page, found) });
  });

  app.get(`${PATHS.audit}.jsonl`, { preHandler: requireTask('export', render) }, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    await noteExport(ctx, 'audit', found.operator.id);
    return reply
      .type('application/jsonl; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.jsonl"')
      .send(Readable.from(auditLines(ctx)));
  });
}
