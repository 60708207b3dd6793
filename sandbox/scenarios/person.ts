import { z } from 'zod';
import { type Browser, createBrowser } from '../kratos/client/browser.ts';
import {
  type Person as Credentials,
  type Outcome,
  signIn,
  signUp,
  type Visitor,
  whoami,
} from '../kratos/client/flows.ts';
import type { Answer } from '../kratos/client/loopback.ts';
import type { Neighbourhood } from '../stack/start.ts';

const shown = z.object({
  jumio: z
    .object({
      status: z.string(),
      verdict: z.string().optional(),
      attempt: z.string().optional(),
      account_id: z.string().optional(),
      workflow_execution_id: z.string().optional(),
      updated_at: z.string(),
    })
    .loose()
    .optional(),
});

/** What the application reads: `metadata_public.jumio` of Kratos' whoami. */
export type Shown = z.infer<typeof shown>['jumio'];

/** A person who knows nothing of the service but its pages. */
export interface Person {
  readonly identityId: string;
  readonly credentials: Credentials;
  /** Where they are signed in; after a sign-up in a native app another one than that. */
  readonly browser: Browser;
  /** Where Kratos sent them after the sign-up. */
  readonly location: string | undefined;
  /** Goes to `/jumio/verify` and presses the one button; the answer is Jumio's page, or the service's own. */
  goToJumio(returnTo?: string): Promise<Answer>;
  /** Chooses an outcome on Jumio's page, and is led back. */
  choose(hosted: Answer, fields: Readonly<Record<string, string>>): Promise<Answer>;
  /** What Kratos shows at this moment. */
  looks(): Promise<Shown>;
  /** Waits until Kratos shows this; throws with what it shows where that does not come. */
  sees(wanted: Readonly<Record<string, string>>): Promise<Shown>;
  /** A fresh sign-in, from another browser where nothing else is said. */
  signsIn(visitor?: Partial<Visitor>): Promise<Outcome>;
}

const PATIENCE_MS = 30_000;

let people = 0;

async function untilShown(read: () => Promise<Shown>, wanted: Readonly<Record<string, string>>): Promise<Shown> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await read();
    if (seen && Object.entries(wanted).every(([key, value]) => Reflect.get(seen, key) === value)) return seen;
    if (Date.now() > end) throw new Error(`expected ${JSON.stringify(wanted)}, Kratos shows ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function newCredentials(name = 'person'): Credentials {
  return { email: `${name}-${Date.now()}-${people++}@example.org`, password: 'correct-horse-9-battery' };
}

/** Somebody whom Kratos knows. `browser` shall be signed in. */
export function personOf(
  place: Neighbourhood,
  known: Pick<Person, 'identityId' | 'credentials' | 'browser' | 'location'>,
): Person {
  const { browser, credentials } = known;
  const looks = async (): Promise<Shown> => {
    const { session } = await whoami(place.kratos, { browser });
    return shown.safeParse(session?.identity.metadata_public).data?.jumio;
  };
  return {
    ...known,
    goToJumio: async (returnTo) => {
      const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo }).toString()}`;
      const page = await browser.get(`${place.verifyUrl}/jumio/verify${query}`, { follow: true });
      return page.text.includes('<form') ? browser.submit(page, {}, { follow: true }) : page;
    },
    choose: (hosted, fields) => browser.submit(hosted, fields, { follow: true }),
    looks,
    sees: (wanted) => untilShown(looks, wanted),
    signsIn: (visitor) => signIn(place.kratos, credentials, { as: 'api', ...visitor }),
  };
}

/** Signs a new person up, with a browser where nothing else is said. */
export async function newPerson(place: Neighbourhood, visitor: Partial<Visitor> = {}): Promise<Person> {
  const credentials = newCredentials();
  const [as, browser] = [visitor.as ?? 'browser', visitor.browser ?? createBrowser()];
  const { identityId, signedIn, location } = await signUp(place.kratos, credentials, { ...visitor, as, browser });
  if (identityId === undefined || !signedIn) throw new Error('the sign-up gave no session');
  if (as === 'api') await signIn(place.kratos, credentials, { as: 'browser', browser });
  return personOf(place, { identityId, credentials, browser, location });
}
