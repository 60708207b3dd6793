import type { EidProviders } from '../../eid/providers.ts';
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
