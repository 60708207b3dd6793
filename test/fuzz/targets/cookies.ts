import { createHmac, hash } from 'node:crypto';
import cookie, { Signer } from '@fastify/cookie';
import fc from 'fast-check';
import Fastify from 'fastify';
import { createHandoverCookie } from '../../../webhook/http/handover-cookie.ts';
import { findLink } from '../../../webhook/verification/person/index.ts';
import { createInMemoryContext } from '../../support/service/in-memory-context.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';

/** As after one rotation. */
const KEYS = [Buffer.alloc(32, 5), Buffer.alloc(32, 6)] as const;

const ENDED = Buffer.alloc(32, 4);

const NAME = '__Host-jumio_handover';

const ID = '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab';

function signed(value: string, key: Buffer = KEYS[0]): string {
  return `${value}.${createHmac('sha256', key).update(value).digest('base64').replace(/=+$/, '')}`;
}

/** The clock of the context stands in 2026. */
const VALUES = [
  `${ID}.0.9999999999.status.`,
  `${ID}.3.9999999999.verify.${ID}`,
  `${ID}.0.1.verify.`,
  `${ID}.0.x.verify.`,
];

const value = fc
  .tuple(
    fc.oneof(fc.uuid(), fc.constant(ID)),
    fc.oneof(fc.nat(), fc.constantFrom('-1', '1e3', '9'.repeat(15), '9'.repeat(16))),
    fc.constantFrom('9999999999', '999999999999', '0', '1'),
    fc.constantFrom('status', 'verify', 'admin'),
    fc.constantFrom('', ID, 'x'),
  )
  .map((parts) => parts.join('.'));

const fresh = fc
  .tuple(value, fc.constantFrom(...KEYS, ENDED), fc.constantFrom('', '=', '.', '%00'))
  .map(([text, key, after]) => encodeURIComponent(signed(text, key)) + after);

function genuine(input: string): boolean {
  const text = input.slice(0, input.lastIndexOf('.'));
  return KEYS.some((key) => signed(text, key) === input);
}

/** Returns the target of the hand-over cookie: a route that has nothing but the cookie. */
export async function handoverCookies(): Promise<Target> {
  const { ctx } = createInMemoryContext(undefined);
  const handover = createHandoverCookie(ctx, true);
  const app = Fastify();
  await app.register(cookie, { secret: new Signer([...KEYS]) });
  app.get('/', async (request) => ({ value: request.cookies[NAME] ?? '', named: handover.namedIn(request) ?? '' }));
  return {
    name: 'handover-cookie',
    share: 1,
    seeds: [...KEYS, ENDED].flatMap((key) => VALUES.map((text) => encodeURIComponent(signed(text, key)))),
    dictionary: [...VALUES, encodeURIComponent(signed('', KEYS[0])), `; ${NAME}=`, '%2E', '%', '='],
    fresh,
    run: async (input) => {
      // A header carries one byte a character, and neither CR, LF nor NUL.
      const sent = Buffer.from(input, 'latin1')
        .toString('latin1')
        .replaceAll(/[\r\n\0]/g, '');
      const answer = await app.inject({ url: '/', headers: { cookie: `${NAME}=${sent}` } });
      mustHold(answer.statusCode === 200, `answered ${answer.statusCode}`);
      const { value: presented, named } = answer.json<{ value: string; named: string }>();
      mustHold(named === '' || genuine(presented), 'accepted a cookie that no key signed');
      mustHold(named === '' || presented.startsWith(`${named}.`), 'named another identity than that of the cookie');
      return named === '' ? refused() : accepted(named);
    },
    close: () => app.close(),
  };
}

/** The tokens of links that were issued. */
const TOKENS = ['AAAAAAAAAAAAAAAAAAAAAA', 'abcdefghijklmnopqrst_-'];

const LINK = {
  hash: '',
  identityId: ID,
  purpose: 'handover',
  replaces: null,
  returnTo: null,
  madeAt: 0,
  endsAt: Number.MAX_SAFE_INTEGER,
  usedAt: null,
} as const;

/** Returns the target of one-time links. */
export function oneTimeLinks(): Target {
  const { ctx } = createInMemoryContext(undefined);
  const hashes = TOKENS.map((token) => hash('sha256', token, 'hex'));
  const link = async (found: string) => (hashes.includes(found) ? LINK : undefined);
  // Not a copy: it would ask for the parts of the ledger that are not there.
  const ledger = new Proxy(ctx.ledger, { get: (all, name) => (name === 'link' ? link : Reflect.get(all, name)) });
  const withLinks = { ...ctx, ledger };
  return {
    name: 'one-time-link',
    share: 4,
    seeds: TOKENS,
    dictionary: ['-', '_', '=', 'A', ...TOKENS],
    fresh: fc.oneof(fc.base64String({ minLength: 20, maxLength: 24 }), fc.constantFrom(...TOKENS)),
    run: async (input) => {
      const found = await findLink(withLinks, input);
      mustHold((found !== undefined) === TOKENS.includes(input), 'found a link of a token that was not issued');
      return found === undefined ? refused() : accepted(found.identityId);
    },
  };
}
