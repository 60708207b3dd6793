import { ITSME } from '../eid/kinds.ts';
import { enterBy } from '../eid/server.ts';
import { createBrowser } from '../kratos/client/browser.ts';
import { whoami } from '../kratos/client/flows.ts';
import type { Answer } from '../kratos/client/loopback.ts';
import type { Neighbourhood } from '../stack/start.ts';
import { type JumioControl, jumioControl } from './jumio-control.ts';
import { newPerson, type Person, personOf } from './person.ts';

/** Says what was seen; the first thing that differs from what was expected ends the journey. */
export interface Witness {
  saw(what: string): void;
}

export interface Journey {
  readonly name: string;
  walk(place: Neighbourhood, witness: Witness): Promise<void>;
}

const UNREADABLE = { outcome: 'reject', reason: 'usability/BLURRED' };

const MANIPULATED = { outcome: 'reject', reason: 'imageChecks/MANIPULATED_DOCUMENT' };

const TWO_DAYS_S = 2 * 86_400;

const REJECTED_MESSAGE = 4990001;

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`expected: ${what}`);
}

function isJumios(answer: Answer, place: Neighbourhood): boolean {
  return answer.url.startsWith(place.jumioUrl) && answer.status === 200;
}

async function toJumio(person: Person, place: Neighbourhood): Promise<Answer> {
  const hosted = await person.goToJumio();
  expect(
    isJumios(hosted, place),
    `the button leads to Jumio, it led to ${new URL(hosted.url).pathname} (${hosted.status})`,
  );
  return hosted;
}

async function creations(jumio: JumioControl, person: Person): Promise<string> {
  const calls = await jumio.calls();
  const own = calls.filter((call) => call.customerInternalReference === person.identityId);
  const count = (kind: string): number => own.filter((call) => call.kind === kind).length;
  return `${count('create')} created, ${count('update')} on the same account`;
}

async function expectCreations(jumio: JumioControl, person: Person, wanted: string, witness: Witness): Promise<void> {
  const seen = await creations(jumio, person);
  expect(seen === wanted, `Jumio's call log says ${wanted}; it says ${seen}`);
  witness.saw(`Jumio's call log: ${seen}`);
}

/** Somebody whom another source verified costs no execution. */
export async function nothingAskedOfJumio(place: Neighbourhood, person: Person, witness: Witness): Promise<void> {
  await expectCreations(jumioControl(place.jumioUrl), person, '0 created, 0 on the same account', witness);
}

async function mayEnter(person: Person, witness: Witness): Promise<void> {
  const outcome = await person.signsIn();
  expect(outcome.signedIn, `the sign-in is allowed; it was answered ${outcome.status}`);
  witness.saw('sign-in allowed');
}

async function isRefused(person: Person, witness: Witness): Promise<void> {
  const outcome = await person.signsIn();
  const message = outcome.messages.find(({ id }) => id === REJECTED_MESSAGE);
  expect(!outcome.signedIn && message !== undefined, `the sign-in is refused with a text; ${outcome.status}`);
  witness.saw(`sign-in refused: “${message?.text}”`);
}

async function isTurnedAway(person: Person, place: Neighbourhood, witness: Witness): Promise<void> {
  const answer = await person.goToJumio();
  expect(answer.url.startsWith(place.verifyUrl) && answer.status === 200, 'a further start is refused');
  witness.saw('a further start is refused');
}

const approve: Journey = {
  name: 'approve',
  walk: async (place, witness) => {
    const person = await newPerson(place);
    const hosted = await toJumio(person, place);
    witness.saw('signed up, and led to Jumio');
    const back = await person.choose(hosted, { outcome: 'pass' });
    expect(back.url.startsWith(`${place.verifyUrl}/jumio/status`), 'Jumio leads back to the status page');
    const seen = await person.sees({ status: 'approved' });
    witness.saw(`Kratos shows ${seen?.status}`);
    await mayEnter(person, witness);
    await expectCreations(jumioControl(place.jumioUrl), person, '1 created, 0 on the same account', witness);
  },
};

const reject: Journey = {
  name: 'reject',
  walk: async (place, witness) => {
    const person = await newPerson(place);
    await person.choose(await toJumio(person, place), MANIPULATED);
    witness.saw(`Kratos shows ${(await person.sees({ status: 'rejected' }))?.status}`);
    await isRefused(person, witness);
    await isTurnedAway(person, place, witness);
    await expectCreations(jumioControl(place.jumioUrl), person, '1 created, 0 on the same account', witness);
  },
};

const review: Journey = {
  name: 'review',
  walk: async (place, witness) => {
    const person = await newPerson(place);
    await person.choose(await toJumio(person, place), { outcome: 'warn' });
    witness.saw(`Kratos shows ${(await person.sees({ status: 'review' }))?.status}`);
    await mayEnter(person, witness);
  },
};

const expireAndRetry: Journey = {
  name: 'expire and retry',
  walk: async (place, witness) => {
    const jumio = jumioControl(place.jumioUrl);
    const person = await newPerson(place);
    await person.sees({ status: 'pending' });
    await jumio.advance(TWO_DAYS_S);
    witness.saw(`two days later Kratos shows ${(await person.sees({ status: 'expired' }))?.status}`);
    await person.choose(await toJumio(person, place), { outcome: 'pass' });
    witness.saw(`after a second try Kratos shows ${(await person.sees({ status: 'approved' }))?.status}`);
    await mayEnter(person, witness);
    await expectCreations(jumio, person, '1 created, 1 on the same account', witness);
  },
};

const noLaundering: Journey = {
  name: 'reject for an unreadable photo, retry and abandon',
  walk: async (place, witness) => {
    const jumio = jumioControl(place.jumioUrl);
    const person = await newPerson(place);
    await person.choose(await toJumio(person, place), UNREADABLE);
    witness.saw(`Kratos shows ${(await person.sees({ status: 'rejected' }))?.status}`);
    await person.choose(await toJumio(person, place), { outcome: 'abandon' });
    await person.sees({ status: 'rejected', attempt: 'pending' });
    witness.saw('started again, and left: Kratos still shows rejected, beside a pending attempt');
    await isRefused(person, witness);
    await jumio.advance(TWO_DAYS_S);
    const seen = await person.sees({ status: 'rejected', attempt: 'expired' });
    witness.saw(`two days later Kratos shows ${seen?.status}, attempt ${seen?.attempt}`);
    await isRefused(person, witness);
    await expectCreations(jumio, person, '1 created, 1 on the same account', witness);
  },
};

/** What `npm run demo -- --auto` walks, and what it reads: Kratos' answers and Jumio's call log, never the service. */
export const journeys: readonly Journey[] = [approve, reject, review, expireAndRetry, noLaundering];

/** Only a real Kratos knows OpenID Connect. */
export const eidJourney: Journey = {
  name: 'an eID instead of Jumio',
  walk: async (place, witness) => {
    const browser = createBrowser();
    const app = { sub: 'anna', choice: `level:${ITSME.advanced}` };
    const { url } = await enterBy(place.kratos, 'registration', 'itsme', app, browser);
    const identityId = (await whoami(place.kratos, { browser })).session?.identity.id;
    if (identityId === undefined) throw new Error('expected: the itsme-like provider signs the person up');
    witness.saw('signed up with the itsme-like provider');
    const credentials = { email: `${app.sub}@eid.example.org`, password: '' };
    const person = personOf(place, { identityId, browser, credentials, location: url });
    const seen = await person.sees({ status: 'approved', source: 'eid:itsme' });
    witness.saw(`Kratos shows ${seen?.status}, by eid:itsme`);
    await nothingAskedOfJumio(place, person, witness);
  },
};
