import { z } from 'zod';
import { type Browser, createBrowser } from '../kratos/browser.ts';
import { type Outcome, signIn, signUp } from '../kratos/flows.ts';
import type { Answer } from '../kratos/loopback.ts';
import { whoami } from '../kratos/outcome.ts';
import type { Neighbourhood } from '../neighbourhood.ts';

const shown = z.object({
  jumio: z.object({ status: z.string(), attempt: z.string().optional() }).loose().optional(),
});

/** What the application reads: `metadata_public.jumio` of Kratos' whoami. */
export type Shown = z.infer<typeof shown>['jumio'];

/** A person at a browser, who knows nothing of the service but its pages. */
export interface Person {
  readonly identityId: string;
  readonly browser: Browser;
  /** Goes to `/jumio/verify` and presses the one button; the answer is Jumio's page, or the service's own. */
  goToJumio(): Promise<Answer>;
  /** Chooses an outcome on Jumio's page, and is led back. */
  choose(hosted: Answer, fields: Readonly<Record<string, string>>): Promise<Answer>;
  /** Waits until Kratos shows this; throws with what it shows where that does not come. */
  sees(wanted: Readonly<Record<string, string>>): Promise<Shown>;
  /** A fresh sign-in, from another browser. */
  signsIn(): Promise<Outcome>;
}

const PATIENCE_MS = 15_000;

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

/** Signs a new person up, with a browser. */
export async function newPerson(place: Neighbourhood, name = 'person'): Promise<Person> {
  const browser = createBrowser();
  const credentials = { email: `${name}-${Date.now()}-${people++}@example.org`, password: 'correct-horse-9-battery' };
  const { identityId, signedIn } = await signUp(place.kratos, credentials, { as: 'browser', browser });
  if (identityId === undefined || !signedIn) throw new Error('the sign-up gave no session');
  const read = async (): Promise<Shown> => {
    const { session } = await whoami(place.kratos, { browser });
    return shown.safeParse(session?.identity.metadata_public).data?.jumio;
  };
  return {
    identityId,
    browser,
    goToJumio: async () => {
      const page = await browser.get(`${place.verifyUrl}/jumio/verify`, { follow: true });
      return page.text.includes('<form') ? browser.submit(page, {}, { follow: true }) : page;
    },
    choose: (hosted, fields) => browser.submit(hosted, fields, { follow: true }),
    sees: (wanted) => untilShown(read, wanted),
    signsIn: () => signIn(place.kratos, credentials, { as: 'api' }),
  };
}
