import { z } from 'zod';
import { signInWithEid } from '../eid/client.ts';
import { ITSME } from '../eid/kinds.ts';
import { createBrowser } from '../kratos/client/browser.ts';
import { whoami } from '../kratos/client/flows.ts';
import type { Answer } from '../kratos/client/loopback.ts';
import type { Stack } from '../stack/start.ts';
import { type JumioControl, jumioControl } from './jumio-control.ts';
import { newPerson, type Person, personOf } from './person.ts';
import { expect, type Report, type Scenario } from './scenario.ts';

const UNREADABLE = { outcome: 'reject', reason: 'usability/BLURRED' };

const MANIPULATED = { outcome: 'reject', reason: 'imageChecks/MANIPULATED_DOCUMENT' };

const TWO_DAYS_S = 2 * 86_400;

const REJECTED_MESSAGE = 4990001;

const addressed = z.object({ url: z.url() });

function isJumioPage(answer: Answer, stack: Stack): boolean {
  return answer.url.startsWith(stack.jumioUrl) && answer.status === 200;
}

async function openJumioPage(person: Person, stack: Stack): Promise<Answer> {
  const hosted = await person.goToJumio();
  expect(
    isJumioPage(hosted, stack),
    `the button leads to Jumio, it led to ${new URL(hosted.url).pathname} (${hosted.status})`,
  );
  return hosted;
}

/** The calls that started something for a person, as a text such as `1 created, 0 on the same account`. */
async function startsOf(jumio: JumioControl, person: Person): Promise<string> {
  const calls = await jumio.calls();
  const own = calls.filter((call) => call.customerInternalReference === person.identityId);
  const count = (kind: string): number => own.filter((call) => call.kind === kind).length;
  return `${count('create')} created, ${count('update')} on the same account`;
}

async function expectStarts(jumio: JumioControl, person: Person, expected: string, report: Report): Promise<void> {
  const starts = await startsOf(jumio, person);
  expect(starts === expected, `Jumio's call log says ${expected}; it says ${starts}`);
  report(`Jumio's call log: ${starts}`);
}

/** A person whom another source verified needs no execution. */
async function expectNoStart(stack: Stack, person: Person, report: Report): Promise<void> {
  await expectStarts(jumioControl(stack.jumioUrl), person, '0 created, 0 on the same account', report);
}

async function expectAllowed(person: Person, report: Report): Promise<void> {
  const outcome = await person.signIn();
  expect(outcome.signedIn, `the sign-in is allowed; the answer was ${outcome.status}`);
  report('sign-in allowed');
}

async function expectRefused(person: Person, report: Report): Promise<void> {
  const outcome = await person.signIn();
  const message = outcome.messages.find(({ id }) => id === REJECTED_MESSAGE);
  expect(
    !outcome.signedIn && message !== undefined,
    `the sign-in is refused with a text; the answer was ${outcome.status}`,
  );
  report(`sign-in refused: “${message?.text}”`);
}

async function expectNoFurtherStart(person: Person, stack: Stack, report: Report): Promise<void> {
  const answer = await person.goToJumio();
  expect(answer.url.startsWith(stack.verifyUrl) && answer.status === 200, 'a further start is refused');
  report('a further start is refused');
}

const TOLD_WITHIN_MS = 10_000;

/** The bank hears of a change by a signed event, and shows it on the page of the person. */
async function expectTold(person: Person, stack: Stack, type: string, report: Report): Promise<void> {
  const end = Date.now() + TOLD_WITHIN_MS;
  for (;;) {
    const home = await person.browser.get(`${stack.appUrl}/`, { follow: true });
    if (home.text.includes(type)) break;
    expect(Date.now() < end, `the bank is told ${type}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  report(`the bank was told ${type}`);
}

const approve: Scenario = {
  name: 'approve',
  run: async (stack, report) => {
    const person = await newPerson(stack);
    const hosted = await openJumioPage(person, stack);
    report('signed up, and redirected to Jumio');
    const back = await person.choose(hosted, { outcome: 'pass' });
    expect(back.url.startsWith(`${stack.verifyUrl}/jumio/status`), 'Jumio leads back to the status page');
    const shown = await person.waitFor({ status: 'approved' });
    report(`Kratos shows ${shown?.status}`);
    await expectTold(person, stack, 'verification.approved', report);
    await expectAllowed(person, report);
    await expectStarts(jumioControl(stack.jumioUrl), person, '1 created, 0 on the same account', report);
  },
};

const reject: Scenario = {
  name: 'reject',
  run: async (stack, report) => {
    const person = await newPerson(stack);
    await person.choose(await openJumioPage(person, stack), MANIPULATED);
    report(`Kratos shows ${(await person.waitFor({ status: 'rejected' }))?.status}`);
    await expectRefused(person, report);
    await expectNoFurtherStart(person, stack, report);
    await expectStarts(jumioControl(stack.jumioUrl), person, '1 created, 0 on the same account', report);
  },
};

const review: Scenario = {
  name: 'review',
  run: async (stack, report) => {
    const person = await newPerson(stack);
    await person.choose(await openJumioPage(person, stack), { outcome: 'warn' });
    report(`Kratos shows ${(await person.waitFor({ status: 'review' }))?.status}`);
    await expectAllowed(person, report);
  },
};

const expireAndRetry: Scenario = {
  name: 'expire and retry',
  run: async (stack, report) => {
    const jumio = jumioControl(stack.jumioUrl);
    const person = await newPerson(stack);
    await person.waitFor({ status: 'pending' });
    await jumio.advance(TWO_DAYS_S);
    report(`two days later Kratos shows ${(await person.waitFor({ status: 'expired' }))?.status}`);
    await person.choose(await openJumioPage(person, stack), { outcome: 'pass' });
    report(`after a second try Kratos shows ${(await person.waitFor({ status: 'approved' }))?.status}`);
    await expectAllowed(person, report);
    await expectStarts(jumio, person, '1 created, 1 on the same account', report);
  },
};

const noLaundering: Scenario = {
  name: 'reject for an unreadable photo, retry and abandon',
  run: async (stack, report) => {
    const jumio = jumioControl(stack.jumioUrl);
    const person = await newPerson(stack);
    await person.choose(await openJumioPage(person, stack), UNREADABLE);
    report(`Kratos shows ${(await person.waitFor({ status: 'rejected' }))?.status}`);
    await person.choose(await openJumioPage(person, stack), { outcome: 'abandon' });
    await person.waitFor({ status: 'rejected', attempt: 'pending' });
    report('started again and left: Kratos still shows rejected, and a pending attempt');
    await expectRefused(person, report);
    await jumio.advance(TWO_DAYS_S);
    const shown = await person.waitFor({ status: 'rejected', attempt: 'expired' });
    report(`two days later Kratos shows ${shown?.status}, attempt ${shown?.attempt}`);
    await expectRefused(person, report);
    await expectStarts(jumio, person, '1 created, 1 on the same account', report);
  },
};

/** The address that a refusal carries: it opens nothing but the verification of this person. */
async function addressInRefusal(person: Person, report: Report): Promise<string> {
  const outcome = await person.signIn();
  const message = outcome.messages.find(({ id }) => id === REJECTED_MESSAGE);
  const { url } = addressed.parse(message?.context);
  expect(!outcome.signedIn, 'the sign-in is refused');
  report(`sign-in refused, and led to another try: “${message?.text}”`);
  return url;
}

const tryAgain: Scenario = {
  name: 'reject for an unreadable photo, and try again from the sign-in',
  run: async (stack, report) => {
    const person = await newPerson(stack);
    await person.choose(await openJumioPage(person, stack), UNREADABLE);
    report(`Kratos shows ${(await person.waitFor({ status: 'rejected' }))?.status}`);
    // Another browser, as after a while: no session, and no cookie of ours.
    const browser = createBrowser();
    const confirm = await browser.get(await addressInRefusal(person, report));
    const page = await browser.submit(confirm, {}, { follow: true });
    const hosted = await browser.submit(page, {}, { follow: true });
    expect(isJumioPage(hosted, stack), 'the address in the refusal leads to another try at Jumio');
    await browser.submit(hosted, { outcome: 'pass' }, { follow: true });
    report(`after another try Kratos shows ${(await person.waitFor({ status: 'approved' }))?.status}`);
    await expectAllowed(person, report);
    await expectStarts(jumioControl(stack.jumioUrl), person, '1 created, 1 on the same account', report);
  },
};

/** What `npm run demo -- --auto` runs. The scenarios read Kratos' answers and Jumio's call log, never the service. */
export const scenarios: readonly Scenario[] = [approve, reject, tryAgain, review, expireAndRetry, noLaundering];

/** Needs a real Kratos: the stand-in has no OpenID Connect. */
export const eidScenario: Scenario = {
  name: 'an eID instead of Jumio',
  run: async (stack, report) => {
    const browser = createBrowser();
    const app = { sub: 'anna', choice: `level:${ITSME.advanced}` };
    const { url } = await signInWithEid(stack.kratos, 'registration', 'itsme', app, browser);
    const identityId = (await whoami(stack.kratos, { browser })).session?.identity.id;
    if (identityId === undefined) throw new Error('expected: the provider like itsme signs the person up');
    report('signed up with the provider like itsme');
    const credentials = { email: `${app.sub}@eid.example.org`, password: '' };
    const person = personOf(stack, { identityId, browser, credentials, location: url });
    const shown = await person.waitFor({ status: 'approved', source: 'eid:itsme' });
    report(`Kratos shows ${shown?.status}, by eid:itsme`);
    await expectNoStart(stack, person, report);
  },
};
