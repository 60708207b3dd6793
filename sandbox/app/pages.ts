import { z } from 'zod';

const message = z.object({ text: z.string() });

const node = z.object({
  attributes: z.object({
    name: z.string().optional(),
    type: z.string().optional(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined),
    required: z.boolean().optional(),
  }),
  messages: z.array(message).nullish(),
  meta: z.object({ label: z.object({ text: z.string() }).optional() }).optional(),
});

/** What this application needs of a Kratos flow to show its form. */
export const uiFlow = z.object({
  ui: z.object({ action: z.string(), nodes: z.array(node), messages: z.array(message).nullish() }),
});

type Node = z.infer<typeof node>;

function text(value: string | number | boolean = ''): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function input({ attributes, meta }: Node): string {
  const { name = '', type = 'text', value, required } = attributes;
  const label = meta?.label?.text ?? name;
  if (type === 'submit' || type === 'button')
    return `<p><button name="${text(name)}" value="${text(value)}">${text(label)}</button></p>`;
  const field = `<input name="${text(name)}" type="${text(type)}" value="${text(value)}"${required ? ' required' : ''}>`;
  return type === 'hidden' ? field : `<p><label>${text(label)} ${field}</label></p>`;
}

export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title></head>
<body><main><h1>${text(title)}</h1>${body}</main></body></html>`;
}

/** The form of a flow, with what Kratos wants the person to read. */
export function flowPage(title: string, flow: z.infer<typeof uiFlow>): string {
  const { action, nodes, messages } = flow.ui;
  const all = [...(messages ?? []), ...nodes.flatMap((each) => each.messages ?? [])];
  const notes = all.map((each) => `<p role="alert"><strong>${text(each.text)}</strong></p>`).join('');
  return page(title, `${notes}<form method="post" action="${text(action)}">${nodes.map(input).join('')}</form>`);
}

/** The start page: what an application reads of the identity, and where it links to. */
export function homePage(
  me: { email: string; jumio: unknown } | undefined,
  links: Readonly<Record<string, string>>,
): string {
  const list = Object.entries(links).map(([label, href]) => `<li><a href="${text(href)}">${text(label)}</a></li>`);
  const who = me
    ? `<p>Signed in as ${text(me.email)}.</p><p>metadata_public.jumio:</p><pre>${text(JSON.stringify(me.jumio ?? null, null, 2))}</pre>`
    : '<p>Nobody is signed in.</p>';
  return page('The application', `${who}<ul>${list.join('')}</ul>`);
}
