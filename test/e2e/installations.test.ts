import { describe, expect, test } from 'vitest';
import { newPerson } from '../../sandbox/journeys/person.ts';
import { oversizeCases } from './cases/oversize-cases.ts';
import { publishedActions, publishedIntegrationCases } from './cases/published-integration-cases.ts';
import { KRATOS } from './kratos-under-test.ts';
import { linkOn, sentenceOn } from './pages.ts';
import { useWorld } from './world.ts';

describe(`installations, with ${KRATOS}`, () => {
  describe('as shipped, and requests that are too large', () => oversizeCases(useWorld()));

  describe('with the templates of the published integration', () =>
    publishedIntegrationCases(useWorld({ kratos: { actions: publishedActions() } })));

  describe('without `cookies.domain`', () => {
    // A cookie of Kratos’ own host name: what a browser makes of one without a domain.
    const world = useWorld({ kratos: { cookieDomain: 'kratos.demo.localhost' } });

    test('who has just signed up is a stranger to the pages, and is sent to sign in over and over', async () => {
      const { place } = world();
      const person = await newPerson(place);
      await person.sees({ status: 'pending' });
      const page = await person.browser.get(`${place.verifyUrl}/jumio/verify`);
      expect(page.status).toBe(401);
      expect(sentenceOn(page)).toBe('Please sign in first. You will come back here.');
      const again = await person.browser.get(linkOn(page) ?? '', { follow: true });
      expect([again.url, again.status]).toEqual([`${place.verifyUrl}/jumio/verify`, 401]);
    });
  });
});
