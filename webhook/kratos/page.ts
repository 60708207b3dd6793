import type { z } from 'zod';
import { type Answer, spentFor } from '../upstream.ts';
import type { IdentityPage } from './client.ts';
import { type pageWire, toIdentity } from './wire.ts';

/** A page, and where the next one begins: `page_token` of the `Link` header's `next` (seen at v25.4.0 and v26.2.0). */
export function toPage(answer: Answer, wire: z.infer<typeof pageWire>): IdentityPage {
  const next = nextToken(answer.headers.link);
  const pause = spentFor(answer);
  return {
    identities: wire.map((identity) => toIdentity(identity)),
    ...(next !== undefined && { next }),
    ...(pause !== undefined && { pause }),
  };
}

function nextToken(link = ''): string | undefined {
  const address = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  const query = address === undefined ? undefined : address.slice(address.indexOf('?') + 1);
  return query === undefined ? undefined : (new URLSearchParams(query).get('page_token') ?? undefined);
}
