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
import type { Stack } from '../stack/start.ts';

const metadata = z.object({
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

/** `metadata_public.jumio` as Kratos' whoami shows it: what the application reads. */
export type PublishedStatus = z.infer<typeof metadata>['jumio'];

/** A person with an account, who uses the service by its pages only. */
export interface Person {
  readonly identityId: string;
  readonly credentials: Credentials;
  /** Holds their session; after a sign-up in a native app it was signed in separately. */
  readonly browser: Browser;
  /** Where Kratos redirected to after the sign-up. */
  readonly location: string | undefined;
  /** Opens `/jumio/verify` and presses its button, if it has one. Returns Jumio's page, or a page of the service. */
  goToJumio(returnTo?: string): Promise<Answer>;
  /** Chooses an outcome on Jumio's page. Returns the page that it redirects to. */
  choose(hosted: Answer, fields: Readonly<Record<string, string>>): Promise<Answer>;
  /** Reads what Kratos shows now. */
  readStatus(): Promise<PublishedStatus>;
  /** Waits up to 30 s until Kratos shows these values; throws with what it shows then. */
  waitFor(expected: Readonly<Record<string, string>>): Promise<PublishedStatus>;
  /** A new sign-in, by default as a native app. */
  signIn(visitor?: Partial<Visitor>): Promise<Outcome>;
}

const TIMEOUT_MS = 30_000;

let people = 0;

async function waitUntilShown(
  read: () => Promise<PublishedStatus>,
  expected: Readonly<Record<string, string>>,
): Promise<PublishedStatus> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const shown = await read();
    if (shown && Object.entries(expected).every(([key, value]) => Reflect.get(shown, key) === value)) return shown;
    if (Date.now() > end)
      throw new Error(`expected ${JSON.stringify(expected)}, Kratos shows ${JSON.stringify(shown)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** An e-mail address that no other person of this process has, and a password. */
export function newCredentials(name = 'person'): Credentials {
  return { email: `${name}-${Date.now()}-${people++}@example.org`, password: 'correct-horse-9-battery' };
}

/** The person of an account that exists. `browser` must hold a session. */
export function personOf(
  stack: Stack,
  known: Pick<Person, 'identityId' | 'credentials' | 'browser' | 'location'>,
): Person {
  const { browser, credentials } = known;
  const readStatus = async (): Promise<PublishedStatus> => {
    const { session } = await whoami(stack.kratos, { browser });
    return metadata.safeParse(session?.identity.metadata_public).data?.jumio;
  };
  return {
    ...known,
    goToJumio: async (returnTo) => {
      const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo }).toString()}`;
      const page = await browser.get(`${stack.verifyUrl}/jumio/verify${query}`, { follow: true });
      return page.text.includes('<form') ? browser.submit(page, {}, { follow: true }) : page;
    },
    choose: (hosted, fields) => browser.submit(hosted, fields, { follow: true }),
    readStatus,
    waitFor: (expected) => waitUntilShown(readStatus, expected),
    signIn: (visitor) => signIn(stack.kratos, credentials, { as: 'api', ...visitor }),
  };
}

/** Signs a new person up, by default in a browser. Throws where the sign-up gives no session. */
export async function newPerson(stack: Stack, visitor: Partial<Visitor> = {}): Promise<Person> {
  const credentials = newCredentials();
  const [as, browser] = [visitor.as ?? 'browser', visitor.browser ?? createBrowser()];
  const { identityId, signedIn, location } = await signUp(stack.kratos, credentials, { ...visitor, as, browser });
  if (identityId === undefined || !signedIn) throw new Error('the sign-up gave no session');
  if (as === 'api') await signIn(stack.kratos, credentials, { as: 'browser', browser });
  return personOf(stack, { identityId, credentials, browser, location });
}
