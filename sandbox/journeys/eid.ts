import { ITSME } from '../eid/kinds.ts';
import { enterBy } from '../eid/visit.ts';
import { createBrowser } from '../kratos/browser.ts';
import { whoami } from '../kratos/outcome.ts';
import { type Journey, nothingAskedOfJumio } from './journeys.ts';
import { personOf } from './person.ts';

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
