import type { Config } from '../../../config/config.ts';
import { type Check, hasTransactions, NO_KRATOS_CONFIG, offersFactor } from '../../facts.ts';
import { type Finding, notCheckable, type Operation } from '../../finding.ts';
import { dotted } from '../../kratos-config/hooks.ts';
import { at, flagAt, isTree, listAt, type Tree, textAt } from '../../kratos-config/read.ts';
import { ALLOWED_KEY, allowReturnTo, mayReturnTo } from '../../kratos-config/return-urls.ts';

const PASSKEY = '/selfservice/methods/passkey';

const RP = `${PASSKEY}/config/rp`;

const UI = '/selfservice/flows/settings/ui_url';

/** The id; or the whole where Kratos has none yet, because it does not start without a name, and allows the page of the settings only by its origin. */
function relyingParty(kratos: Tree, id: string, { BRAND_NAME: name = 'Sign-in' }: Config): Operation {
  if (isTree(at(kratos, RP))) return { op: 'add', path: `${RP}/id`, value: id };
  const page = textAt(kratos, UI) ?? '';
  const origins = URL.canParse(page) ? { origins: [new URL(page).origin] } : {};
  return { op: 'add', path: RP, value: { id, display_name: name, ...origins } };
}

/** Off is Kratos' default; switched on, it needs a relying party. */
function passkeysOff(kratos: Tree, service: Config, id: string): Finding[] {
  if (flagAt(kratos, `${PASSKEY}/enabled`)) return [];
  const named = at(kratos, RP) === undefined ? [relyingParty(kratos, id, service)] : [];
  return [
    {
      id: 'passkey-off',
      severity: 'error',
      seen: `${dotted(PASSKEY)}.enabled is not true`,
      why: 'Nobody can add a passkey: a client that offers `passkey` offers nothing.',
      fix: { says: 'switch the method on', kratos: [{ op: 'add', path: `${PASSKEY}/enabled`, value: true }, ...named] },
    },
  ];
}

/** Passkeys work for one relying party for ever: where Kratos' would do here, our configuration follows it. */
function otherRelyingParty(kratos: Tree, service: Config, id: string): Finding[] {
  const known = textAt(kratos, `${RP}/id`);
  if (known === id) return [];
  const host = new URL(service.PUBLIC_URL ?? '').hostname;
  const wouldDo = known !== undefined && (host === known || host.endsWith(`.${known}`));
  const finding = {
    id: 'passkey-other-relying-party',
    severity: 'error',
    seen: `${dotted(RP)}.id is ${known ?? 'not set'}; passkey.rp_id of TRANSACTIONS is ${id}`,
    why: 'A browser uses a passkey only for the relying party that it was made for: none would sign a payment.',
  } as const;
  if (wouldDo) return [{ ...finding, fix: { says: `set passkey.rp_id of TRANSACTIONS to ${known}` } }];
  const kratosFix = [relyingParty(kratos, id, service)];
  const says = known === undefined ? 'name it' : 'name it; people must then add their passkeys anew';
  return [{ ...finding, fix: { says, kratos: kratosFix } }];
}

/** That `rp_id` is a domain of PUBLIC_URL is a rule of the configuration itself. */
export const passkeysSign: Check = {
  group: 'payments',
  says: 'Kratos has passkeys, for the relying party that TRANSACTIONS names',
  applies: (facts) => offersFactor(facts, 'passkey'),
  run({ kratos, service }) {
    if (kratos === undefined || service === undefined) return NO_KRATOS_CONFIG;
    const id = service.TRANSACTIONS?.passkey?.rp_id ?? '';
    return [...passkeysOff(kratos, service, id), ...otherRelyingParty(kratos, service, id)];
  },
};

export const approveAllowed: Check = {
  group: 'payments',
  says: 'Kratos may send payers back to the page where they approve',
  applies: hasTransactions,
  run({ kratos, service }) {
    if (kratos === undefined || service?.PUBLIC_URL === undefined) return NO_KRATOS_CONFIG;
    const page = `${service.PUBLIC_URL.replace(/\/+$/, '')}/approve`;
    if (mayReturnTo(kratos, `${page}/`)) return [];
    return [
      {
        id: 'approve-not-allowed',
        severity: 'error',
        seen: `${ALLOWED_KEY} does not cover ${page}`,
        why: 'A payer who must sign in again is sent to Kratos and back; Kratos then answers 400.',
        fix: { says: 'allow the page', kratos: [allowReturnTo(kratos, page)] },
      },
    ];
  },
};

const SETTINGS = '/selfservice/flows/settings';

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Go's duration (`1h30m`) in milliseconds. */
function milliseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ns|us|ms|s|m|h)/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}

function settingsWithoutSecondFactor(kratos: Tree): Finding[] {
  const path = `${SETTINGS}/required_aal`;
  if (textAt(kratos, path) !== 'aal1') return [];
  return [
    {
      id: 'settings-without-second-factor',
      severity: 'warning',
      seen: `${dotted(path)} is aal1`,
      why: 'Whoever has a stolen password can set a new one or add a passkey without the second factor of the account, and pay once `cooling_off` is over.',
      fix: { says: 'ask for it', kratos: [{ op: 'replace', path, value: 'highest_available' }] },
    },
  ];
}

/** Kratos' own default is an hour. */
function settingsOpenForLong(kratos: Tree, maxAuthAge: number): Finding[] {
  const path = `${SETTINGS}/privileged_session_max_age`;
  const known = textAt(kratos, path);
  if (milliseconds(known ?? '1h') <= maxAuthAge) return [];
  const value = `${maxAuthAge / 1_000}s`;
  return [
    {
      id: 'settings-open-for-long',
      severity: 'warning',
      seen: `${dotted(path)} is ${known ?? 'not set, so 1h'}`,
      why: 'So long after a sign-in whoever has the session can change the password or add a passkey unasked, and pay once `cooling_off` is over.',
      fix: { says: 'make it no longer than max_auth_age', kratos: [{ op: 'add', path, value }] },
    },
  ];
}

export const settingsGuarded: Check = {
  group: 'payments',
  says: 'Kratos asks again who somebody is before a password or passkey is changed',
  applies: hasTransactions,
  run({ kratos, service }) {
    if (kratos === undefined || service?.TRANSACTIONS === undefined) return NO_KRATOS_CONFIG;
    const { max_auth_age: maxAuthAge } = service.TRANSACTIONS;
    return [...settingsWithoutSecondFactor(kratos), ...settingsOpenForLong(kratos, maxAuthAge)];
  },
};

/** Whether a schema has a trait whose value Kratos verifies by SMS. */
function hasPhone(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  if (textAt(schema, '/ory.sh~1kratos/verification/via') === 'sms') return true;
  return Object.values(schema).some(hasPhone);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const phonesKnown: Check = {
  group: 'payments',
  says: 'an identity schema has a phone number, which Kratos verifies by SMS',
  applies: (facts) => offersFactor(facts, 'sms'),
  run({ kratos, templates }) {
    if (kratos === undefined) return NO_KRATOS_CONFIG;
    const urls = listAt(kratos, '/identity/schemas').map((schema) => textAt(schema, '/url') ?? '');
    const read = urls.map((url) => templates.get(url));
    if (read.some((schema) => schema !== undefined && 'text' in schema && hasPhone(parsed(schema.text)))) return [];
    const unread = read.find((schema) => schema === undefined || 'unreadable' in schema);
    if (urls.length === 0) return notCheckable('the identity schemas are configured elsewhere');
    if (unread !== undefined && 'unreadable' in unread) return notCheckable(`an identity schema: ${unread.unreadable}`);
    return [
      {
        id: 'sms-without-phone',
        severity: 'error',
        seen: 'no trait of identity.schemas has `verification: { via: sms }`',
        why: 'Kratos then verifies no phone number: a client that offers `sms` offers nothing.',
        fix: { says: 'give a trait of a schema `"ory.sh/kratos": { "verification": { "via": "sms" } }`' },
      },
    ];
  },
};
