import { z } from 'zod';
import { isWebUrl } from './values.ts';

/** The ids of one execution at Jumio, for `executionPage`. */
interface Ids {
  readonly account: string;
  readonly execution: string;
}

const EXPECTED = 'an http(s) URL that contains {execution}, and {account} if the portal needs it';

/** `JUMIO_PORTAL_URL`: the page of an execution in the Jumio portal, with placeholders for its ids. */
export function portalUrl() {
  const isTemplate = (value: string): boolean =>
    value.includes('{execution}') && isWebUrl(executionPage(value, { account: 'a', execution: 'e' }));
  return z.string({ error: EXPECTED }).refine(isTemplate, { error: EXPECTED });
}

/** Returns the page of an execution in the Jumio portal, from the template of `portalUrl`. */
export function executionPage(template: string, { account, execution }: Ids): string {
  return template
    .replaceAll('{execution}', encodeURIComponent(execution))
    .replaceAll('{account}', encodeURIComponent(account));
}
