import type { FastifyInstance, preHandlerHookHandler } from 'fastify';
import { z } from 'zod';
import { isId, search } from '../../verification/operator/index.ts';
import { html, type Markup } from '../pages/render.ts';
import { type ConsoleOptions, casePath, operatorBehind, PATHS } from './console.ts';
import type { RenderConsole } from './document.ts';

const form = z.object({ name: z.string().catch('') });

function searchForm(csrfToken: string): Markup {
  return html`<form method="post" action="${PATHS.search}"><input type="hidden" name="_csrf" value="${csrfToken}">
<p><label for="name">Id of the identity, the verification, the execution or the account; or exactly what the person signs in with, such as an e-mail address</label>
<input id="name" name="name" autocomplete="off" required maxlength="320"></p><button>Search</button></form>
`;
}

/** `GET` and `POST /operator/search`: exact, and by POST, so that no address of a person is in a URL or a log of one. */
export function searchRoutes(
  app: FastifyInstance,
  {
    ctx,
    limits,
    render,
    protect,
  }: Pick<ConsoleOptions, 'ctx' | 'limits'> & {
    readonly render: RenderConsole;
    readonly protect: preHandlerHookHandler;
  },
): void {
  app.get(PATHS.search, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const body = searchForm(reply.generateCsrf({ userInfo: found.operator.id }));
    return render(reply, 200, { title: 'Search', screen: 'search', body });
  });

  app.post(PATHS.search, { preHandler: protect }, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const { name } = form.parse(request.body ?? {});
    // Whether an address is a customer's is something that can be tried out.
    if (!isId(name)) await limits.continuing(found.operator.id, reply);
    const ids = await search(ctx, name, found.operator.id);
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) return reply.redirect(`${casePath(only)}#title`, 303);
    const again = searchForm(reply.generateCsrf({ userInfo: found.operator.id }));
    if (only === undefined)
      return render(reply, 404, {
        title: 'Nobody is found by this',
        screen: 'search',
        sentence: 'The search is exact: the whole id, or exactly what the person signs in with.',
        body: again,
      });
    const items = ids.map((id) => html`<li><a href="${casePath(id)}" class="id">${id}</a></li>`);
    return render(reply, 200, {
      title: 'Several people are found',
      screen: 'search',
      body: html`<ul>${items}</ul>\n${again}`,
    });
  });
}
