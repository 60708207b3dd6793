import type { Check, Facts } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { allEntries, dotted } from '../hooks.ts';
import { methodsWithLists } from '../methods.ts';
import { at, type Tree, textAt } from '../tree.ts';
import { NO_KRATOS_CONFIG } from './coverage.ts';

const AFTER = '/selfservice/flows/registration/after';
const WHY =
  'Who has just signed up is then led somewhere else. The link of your application always works: ' +
  '<PUBLIC_URL>/jumio/verify?return_to=… wherever the status is not `approved`.';

function entry(kratos: Tree, verify: string): Finding[] {
  const path = `${AFTER}/default_browser_return_url`;
  const seen = textAt(kratos, path);
  if (seen === verify) return [];
  return [
    {
      id: 'sign-up-leads-elsewhere',
      severity: 'warning',
      seen: `${dotted(path)} is ${seen ?? 'not set'}`,
      why: WHY,
      fix: { says: 'lead people to the verification', kratos: [{ op: 'add', path, value: verify }] },
    },
  ];
}

function ofMethod(kratos: Tree, verify: string, method: string): Finding[] {
  const path = `${AFTER}/${method}/default_browser_return_url`;
  const seen = textAt(kratos, path);
  if (seen === undefined || seen === verify) return [];
  return [
    {
      id: 'method-leads-elsewhere',
      severity: 'warning',
      seen: `${dotted(path)} is ${seen}, and wins over that of all methods`,
      why: WHY,
      fix: { says: 'remove it', kratos: [{ op: 'remove', path }] },
    },
  ];
}

function verificationFirst(kratos: Tree): Finding[] {
  const found = allEntries(kratos).filter(
    ({ flow, name }) => flow === 'registration' && name === 'show_verification_ui',
  );
  return found.map(({ pointer }) => ({
    id: 'verification-ui-first',
    severity: 'info',
    seen: `${dotted(pointer)} is \`show_verification_ui\``,
    why: `It replaces default_browser_return_url. ${WHY}`,
    fix: {
      says: 'link from your application, or take the hook out',
      kratos: [{ op: 'remove', path: pointer }],
    },
  }));
}

function oauth2(kratos: Tree): Finding[] {
  const url = at(kratos, '/oauth2_provider/url');
  if (url === undefined) return [];
  return [
    {
      id: 'oauth2-leads-elsewhere',
      severity: 'info',
      seen: 'oauth2_provider.url is set: people who came for an OAuth2 client are led back to it',
      why: WHY,
      fix: { says: 'link from the OAuth2 client’s own pages; nothing needs to change here' },
    },
  ];
}

/** Where Kratos leads people after a sign-up (kratos.md §9): one entry to the verification among others. */
export const wayThere: Check = {
  group: 'people on their way',
  says: 'who has signed up is led to the verification',
  look({ kratos, service }: Facts) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    if (service?.PUBLIC_URL === undefined) return notCheckable('PUBLIC_URL is not known');
    const verify = new URL('/jumio/verify', service.PUBLIC_URL).href;
    return [
      ...entry(kratos, verify),
      ...methodsWithLists('registration').flatMap((method) => ofMethod(kratos, verify, method)),
      ...verificationFirst(kratos),
      ...oauth2(kratos),
    ];
  },
};
