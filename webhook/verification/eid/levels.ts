import type { EidProviders } from '../../eid/providers.ts';
import type { Context } from '../context.ts';
import type { EvidencePolicy, RequiredLevels } from '../policy/index.ts';

/** Whether evidence of this provider at this level is enough. An unknown or missing level is the lowest: only `any` accepts it. */
export function isSatisfied(policy: EvidencePolicy, providerId: string, level: string | null): boolean {
  const wanted = policy[providerId];
  if (wanted === undefined || wanted === 'any') return wanted === 'any';
  return level !== null && wanted.includes(level);
}

/** Whether any evidence of this provider is enough. */
export function isEverSatisfied(policy: EvidencePolicy, providerId: string): boolean {
  const wanted = policy[providerId];
  return wanted === 'any' || (wanted !== undefined && wanted.length > 0);
}

/** The level as the mapper wrote it: a hint, which may refuse and never approves. */
export interface LevelHint {
  readonly source: unknown;
  readonly acr: unknown;
}

/** The rank of a level among a provider's, from 1; 0: unknown or missing, below them all. */
function rankOf(levels: readonly string[], level: unknown): number {
  return typeof level === 'string' ? levels.indexOf(level) + 1 : 0;
}

/**
 * Returns the level for whose lack a sign-up is to be refused; undefined: it may go on. In shadow mode no sign-up is refused,
 * and each that would have been is an event of no identity, because Kratos has not stored one yet.
 */
export async function refusedLevel(
  ctx: Context,
  schemaId: string | undefined,
  hint: LevelHint,
): Promise<string | undefined> {
  const level = ctx.eid && missedLevel(ctx.policy.requiredLevels, ctx.eid.providers, schemaId, hint);
  if (level === undefined || ctx.gate.mode !== 'shadow') return level;
  const decidedBy = { rule: null, name: 'required_level', policy: ctx.policy.hash };
  const detail = { ...decidedBy, flow: null, kind: 'registration', status: 'none', level };
  try {
    await ctx.ledger.note(ctx.clock.now(), { kind: 'would_block', detail });
  } catch (error) {
    ctx.log.error({ err: error }, 'could not record a sign-up that would be refused');
  }
  return undefined;
}

/** Returns the level that the schema requires, if the hint is below it; undefined: none is missed. */
export function missedLevel(
  required: RequiredLevels,
  providers: EidProviders,
  schemaId: string | undefined,
  hint: LevelHint,
): string | undefined {
  const { source, acr } = hint;
  if (schemaId === undefined || typeof source !== 'string') return undefined;
  const needed = Object.hasOwn(required, schemaId) ? required[schemaId]?.[source] : undefined;
  const levels = Object.hasOwn(providers, source) ? providers[source]?.levels : undefined;
  if (needed === undefined || levels === undefined) return undefined;
  return rankOf(levels, acr) < rankOf(levels, needed) ? needed : undefined;
}
