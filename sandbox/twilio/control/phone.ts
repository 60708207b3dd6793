import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { timestamp } from '../../jumio/clock.ts';
import { escapeHtml, page } from '../../jumio/web/pages.ts';
import type { Message, Sandbox } from '../state.ts';
import { messagesTo } from './channel.ts';

/** What a line of the drawn screen takes, and how much of them it shows. */
const [LINE_LENGTH, LINE_HEIGHT, MOST_LINES] = [34, 20, 22];

const querySchema = z.object({ to: z.string().optional().catch(undefined) });

const secondsSchema = z.object({ seconds: z.coerce.number().nonnegative() });

/** The page at `/`: the phones that messages were sent to, drawn, the newest message of each at the bottom. */
export async function phonePage(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  app.get('/', ({ query }, reply) => {
    const { to } = querySchema.parse(query);
    return reply.type('text/html; charset=utf-8').send(overview(sandbox, to));
  });

  app.post('/advance', ({ body }, reply) => {
    sandbox.clock.advance(secondsSchema.parse(body).seconds);
    return reply.redirect('./', 303);
  });
}

/** Looks every two seconds whether a message has come. */
const WATCH = `setInterval(async () => {
  const text = await fetch(location.href).then((answer) => answer.text(), () => '');
  const [shown, now] = [document, new DOMParser().parseFromString(text, 'text/html')].map((page) => page.getElementById('phones'));
  if (now && now.innerHTML !== shown.innerHTML) shown.replaceChildren(...now.childNodes);
}, 2000);`;

function overview(sandbox: Sandbox, to: string | undefined): string {
  const messages = messagesTo(sandbox, to);
  const numbers = [...new Set(messages.map((message) => message.to))].reverse();
  const phones = numbers.map((number) => phone(number, messagesTo(sandbox, number))).join('\n');
  const none = '<p>No message was sent yet. It appears here by itself.</p>';
  return page(
    'Twilio (sandbox)',
    `<p class="sandbox">A sandbox: this is not Twilio, no message leaves this machine, and no phone rings.</p>
<p>Sandbox time: ${timestamp(sandbox.clock.now())} (${sandbox.clock.ahead()} s ahead).</p>
<form method="post" action="advance"><input name="seconds" type="number" min="0" value="600" aria-label="seconds">
<button>Move time forward by this many seconds</button></form>
<div id="phones" role="log" aria-label="Phones" style="display: flex; flex-wrap: wrap">${phones === '' ? none : phones}</div>
<script>${WATCH}</script>`,
  );
}

/** The text of a message in lines of the drawn screen; a word that is longer than a line is cut. */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').flatMap(pieces)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function pieces(word: string): string[] {
  const characters = Array.from(word);
  const count = Math.max(1, Math.ceil(characters.length / LINE_LENGTH));
  return Array.from({ length: count }, (_, index) =>
    characters.slice(index * LINE_LENGTH, (index + 1) * LINE_LENGTH).join(''),
  );
}

/** The newest messages that fit on the screen, the oldest of them first. */
function fitting(messages: readonly Message[]): Message[] {
  const shown: Message[] = [];
  let lines = 0;
  for (const message of [...messages].reverse()) {
    lines += linesOf(message.text).length + 2;
    if (shown.length > 0 && lines > MOST_LINES) break;
    shown.unshift(message);
  }
  return shown;
}

/** A phone as an SVG. The messages are text in it, so that a program and a screen reader read them too. */
function phone(number: string, messages: readonly Message[]): string {
  let y = 78;
  const bubbles = fitting(messages).map((message) => {
    const lines = linesOf(message.text);
    const height = lines.length * LINE_HEIGHT + 16;
    const spans = lines.map(
      (line, index) => `<tspan x="36" y="${y + 22 + index * LINE_HEIGHT}">${escapeHtml(line)} </tspan>`,
    );
    const bubble = `<g data-message="${message.n}"><rect x="24" y="${y}" width="272" height="${height}" rx="14" fill="#e4e7ee"/>
<text font-size="14" fill="#14171d" font-family="system-ui, sans-serif">${spans.join('')}</text></g>`;
    y += height + 12;
    return bubble;
  });
  const name = escapeHtml(number);
  return `<figure><svg role="img" aria-label="Messages to ${name}" viewBox="0 0 320 640" width="320" height="640">
<title>Messages to ${name}</title>
<rect x="2" y="2" width="316" height="636" rx="40" fill="#14171d" stroke="#8a93a5" stroke-width="3"/>
<rect x="14" y="14" width="292" height="612" rx="30" fill="#ffffff"/>
<rect x="120" y="24" width="80" height="12" rx="6" fill="#14171d"/>
<text x="160" y="62" text-anchor="middle" font-size="14" font-weight="600" fill="#2b4a9b" font-family="system-ui, sans-serif">${name}</text>
${bubbles.join('\n')}
</svg></figure>`;
}
