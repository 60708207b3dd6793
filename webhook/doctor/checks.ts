import { cookieAttributes, cookieDomain } from './checks/cookies.ts';
import { recoveryCovered, signInCovered, signUpCovered } from './checks/coverage.ts';
import { eidHooks } from './checks/eid-hooks.ts';
import { eidDiscovery, eidInKratos } from './checks/eid-providers.ts';
import { eidRecipe } from './checks/eid-recipe.ts';
import { entries } from './checks/entries.ts';
import { flags } from './checks/flags.ts';
import { creation, file, ledgerOpens, migrations } from './checks/ledger.ts';
import { order } from './checks/order.ts';
import { policy } from './checks/policy.ts';
import { reach } from './checks/reach.ts';
import { clock, jumioToken } from './checks/reached-jumio.ts';
import { kratosAdmin, whoami } from './checks/reached-kratos.ts';
import { callbackAnswered, hooksAnswered } from './checks/reached-service.ts';
import { returnUrls } from './checks/return-urls.ts';
import { secrets } from './checks/secrets.ts';
import { addresses, jumioAddresses, variables } from './checks/service.ts';
import { sessions } from './checks/sessions.ts';
import { templates } from './checks/templates.ts';
import { wayThere } from './checks/way-there.ts';
import type { Check } from './facts.ts';

/** Every check, in the order of the report. */
export const CHECKS: readonly Check[] = [
  variables,
  addresses,
  jumioAddresses,
  policy,
  signUpCovered,
  signInCovered,
  recoveryCovered,
  flags,
  entries,
  order,
  secrets,
  reach,
  templates,
  eidHooks,
  eidInKratos,
  eidRecipe,
  eidDiscovery,
  wayThere,
  returnUrls,
  cookieDomain,
  cookieAttributes,
  sessions,
  ledgerOpens,
  migrations,
  creation,
  file,
  hooksAnswered,
  callbackAnswered,
  kratosAdmin,
  whoami,
  jumioToken,
  clock,
];
