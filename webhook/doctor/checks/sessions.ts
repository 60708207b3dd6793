import type { Check } from '../facts.ts';
import type { Finding, Operation } from '../finding.ts';
import { allEntries } from '../hooks.ts';
import { at, flagAt, isTree, type Tree, textAt } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

/** The last of a list first, so that the others keep their places. */
function removals(pointers: readonly string[]): Operation[] {
  return [...pointers].reverse().map((path) => ({ op: 'remove', path }));
}

/** The `session` hook signs in at sign-up, where no gate is asked (kratos.md §5). */
function beforeVerdict(kratos: Tree): Finding[] {
  const found = allEntries(kratos).filter(({ flow, name }) => flow === 'registration' && name === 'session');
  if (found.length === 0) return [];
  return [
    {
      id: 'session-before-verdict',
      severity: 'info',
      seen: `sign-up gives a session at once (\`session\` in ${found.length} lists), for ${textAt(kratos, '/session/lifespan') ?? '24h'}`,
      why:
        'There is no verdict yet, and Kratos asks no gate there. Until there is one the application must read ' +
        'metadata_public.jumio.status; without the hook people sign in first, and the gate is asked.',
      fix: {
        says: 'usually nothing: it is how people get to the verification. To close it, take `session` out',
        kratos: removals(found.map(({ pointer }) => pointer)),
      },
    },
  ];
}

function secondFactor(kratos: Tree): Finding[] {
  const level = textAt(kratos, '/session/whoami/required_aal') ?? 'highest_available';
  if (level !== 'highest_available') return [];
  return [
    {
      id: 'second-factor-first',
      severity: 'info',
      seen: 'session.whoami.required_aal is highest_available',
      why: 'Who has a second factor is asked for it before a page of ours opens; then they come back.',
      fix: { says: 'nothing, if you want it so' },
    },
  ];
}

/** Copies of the session that live on after the identity has changed (kratos.md §7). */
function oldCopies(kratos: Tree): Finding[] {
  const tokenizers = at(kratos, '/session/whoami/tokenizer/templates');
  const isCached = flagAt(kratos, '/feature_flags/cacheable_sessions');
  const hasTokens = isTree(tokenizers) && Object.keys(tokenizers).length > 0;
  if (!isCached && !hasTokens) return [];
  return [
    {
      id: 'status-may-be-old',
      severity: 'info',
      seen: [isCached && 'feature_flags.cacheable_sessions is on', hasTokens && 'sessions are tokenized']
        .filter(Boolean)
        .join(', '),
      why: 'What the application reads there may show the status of before a verdict until the copy ends.',
      fix: { says: 'keep their lifetimes short: feature_flags.cacheable_sessions_max_age, the templates’ ttl' },
    },
  ];
}

export const sessions: Check = {
  group: 'people on their way',
  says: 'nothing about sessions surprises',
  look({ kratos }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    return [...beforeVerdict(kratos), ...secondFactor(kratos), ...oldCopies(kratos)];
  },
};
