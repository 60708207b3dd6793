import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Where a person wants to go in the end: of the query, and of the form. */
export const wish = z.object({ return_to: z.string().optional().catch(undefined) });

/** As presented; whoever follows it asks the allow-list first. */
export function wishOf({ method, body, query }: FastifyRequest): string | undefined {
  return wish.safeParse(method === 'POST' ? body : query).data?.return_to;
}
