import type { FastifyInstance } from 'fastify';
import { createLimits } from './limits.ts';
import { type PagesOptions, pages } from './pages.ts';
import { createHandover } from './person.ts';
import { type ResourcesOptions, resources } from './resources.ts';
import { speaks } from './speaks.ts';

type Shared = 'handover' | 'limits' | 'privacyUrl';

export interface PeopleOptions extends Omit<PagesOptions, Shared>, Omit<ResourcesOptions, Shared | 'texts'> {
  /** Requests per person and minute. */
  readonly pageRate: number;
  /** Whether the addresses of clients are known. */
  readonly byAddress: boolean;
}

/** The person's side (design §6), as pages and as JSON, behind one set of limits. */
export async function people(app: FastifyInstance, options: PeopleOptions): Promise<void> {
  const limits = await createLimits(app, options.pageRate, options.byAddress);
  const handover = createHandover(options.desk, options.publicUrl);
  const { texts, brand } = options.look;
  app.addConstraintStrategy(speaks);
  await app.register(pages, { ...options, handover, limits });
  await app.register(resources, { ...options, texts, privacyUrl: brand.privacyUrl, handover, limits });
}
