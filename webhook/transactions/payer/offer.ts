import { UpstreamError } from '../../errors.ts';
import { type Knowledge, needsPassword } from '../elements/elements.ts';
import { readKnowledge } from '../elements/knowledge.ts';
import type { FactorOffer, NotOffered, Offering } from '../factor.ts';
import type { AtPage, PayerContext } from './context.ts';

/** Whether a factor can be used, and since when the password counts that it stands beside; null: it stands beside none. */
export type Offer<Options> =
  | { readonly kind: 'usable'; readonly options: Options; readonly passwordAt: number | null }
  | ({ readonly kind: 'not-usable' } & NotOffered);

/** The knowledge of a payer, read once for all factors of a page. */
export type ReadKnowledge = () => Promise<Knowledge>;

/** Returns the knowledge of a payer as of now, which is read when a factor first asks for it. */
export function knowledgeOf(ctx: PayerContext, { session }: Pick<AtPage, 'session'>): ReadKnowledge {
  let read: Promise<Knowledge> | undefined;
  return () => {
    const now = ctx.clock.now();
    read ??= readKnowledge(ctx, session, now, now);
    return read;
  };
}

/** A vendor that cannot be asked leaves the other factors; Kratos is asked for all of them. */
async function askFactor<Options>(
  ctx: PayerContext,
  factor: Pick<Offering<Options>, 'name' | 'offer'>,
  { session, transaction }: AtPage,
): Promise<FactorOffer<Options>> {
  try {
    return await factor.offer(session, transaction, ctx.clock.now());
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.facts.upstream === 'kratos') throw error;
    ctx.log.warn({ upstream: error.facts }, 'a factor cannot be offered');
    return { kind: 'not-usable', why: 'unavailable' };
  }
}

/**
 * Returns whether a payer can use a factor now. The password is judged first: a factor that stands beside one is never
 * offered alone. Rejects with `UpstreamError` if Kratos cannot be asked.
 */
export async function offerFactor<Options>(
  ctx: PayerContext,
  factor: Pick<Offering<Options>, 'name' | 'offer'>,
  at: AtPage,
  knowledge: ReadKnowledge = knowledgeOf(ctx, at),
): Promise<Offer<Options>> {
  const known = needsPassword(factor.name) ? await knowledge() : undefined;
  if (known?.kind === 'not') return { ...known, kind: 'not-usable' };
  const offer = await askFactor(ctx, factor, at);
  return offer.kind === 'usable' ? { ...offer, passwordAt: known?.at ?? null } : offer;
}
