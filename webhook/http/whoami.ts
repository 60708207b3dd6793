import { hash } from 'node:crypto';
import type { Credentials, KratosClient, Whoami } from '../kratos/types.ts';

/** Calls under way at the same moment: a Kratos that answers within 50 ms serves more than a thousand a second. */
const MOST_CALLS = 64;

/** How long refused credentials are remembered. */
const REFUSED_MS = 10_000;

/** How many refused credentials are remembered; above it the oldest is forgotten. */
const MOST_REFUSED = 10_000;

/** Asks Kratos for the session of a request. */
export type Sessions = Pick<KratosClient, 'whoami'>;

/** As many whoami calls are under way as this process may make: the request is answered 503, and Kratos is not asked. */
export class TooManySessionChecks extends Error {
  override readonly name = 'TooManySessionChecks';
}

/** Returns a hash of credentials, by which they are counted and remembered: they themselves are kept nowhere. */
export function fingerprint({ cookie, sessionToken, authorization }: Credentials): string {
  return hash('sha256', JSON.stringify([cookie, sessionToken, authorization]), 'base64url');
}

/** Keys that were added in the last ten seconds. The oldest comes first, because all of them are kept equally long. */
function createMemory(now: () => number) {
  const addedAt = new Map<string, number>();
  return {
    /** A clock that was set back ends the memory, too. */
    has: (key: string): boolean => Math.abs(now() - (addedAt.get(key) ?? Number.NEGATIVE_INFINITY)) < REFUSED_MS,
    add: (key: string): void => {
      addedAt.delete(key);
      addedAt.set(key, now());
      const [oldest] = addedAt.keys();
      if (addedAt.size > MOST_REFUSED && oldest !== undefined) addedAt.delete(oldest);
    },
  };
}

/**
 * Returns a whoami that limits what strangers can cost Kratos: credentials that Kratos has just refused are
 * refused without a call, and beyond 64 calls under way there is none. Other credentials, such as the cookie of a person
 * who has signed in since, are checked at Kratos at once. Only a refusal is remembered: a session can end at any moment.
 * @throws TooManySessionChecks beyond the 64 calls
 */
export function limitWhoami(kratos: Sessions, now: () => number): Sessions {
  const refused = createMemory(now);
  let underWay = 0;
  return {
    whoami: async (credentials): Promise<Whoami> => {
      const key = fingerprint(credentials);
      if (refused.has(key)) return { kind: 'none' };
      if (underWay >= MOST_CALLS)
        throw new TooManySessionChecks(
          `expected at most ${MOST_CALLS} whoami calls under way, saw one more; try again`,
        );
      underWay += 1;
      try {
        const answer = await kratos.whoami(credentials);
        if (answer.kind === 'none') refused.add(key);
        return answer;
      } finally {
        underWay -= 1;
      }
    },
  };
}
