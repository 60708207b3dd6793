import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { caseVersion } from '../../../webhook/verification/operator/decide.ts';
import { newIdentity, newVerification } from '../../../webhook/verification/record/record.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { operatorsYaml, STAFF } from '../../support/operator/console.ts';
import { recordOf } from '../../support/service/eventually.ts';
import { buildTestService, PUBLIC_URL, type TestService } from '../../support/service/service.ts';
import { anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';
import { CANARY, wordsOf } from '../words.ts';

/** The sender of a request: an operator by their role, a person who is signed in and not listed, or a person who is not signed in. */
const WHO = ['viewer', 'reviewer', 'approver', 'unlisted', 'nobody'] as const;

type Who = (typeof WHO)[number];

const anyWho = fc.constantFrom(...WHO);

const MAY_DECIDE: readonly Who[] = ['reviewer', 'approver'];

interface Seat {
  readonly cookie: string;
  readonly token: string;
}

/** A console without a worker, and what each of `WHO` sends: their cookies, and the token of their forms. */
async function openConsole() {
  const service = await buildTestService({
    idle: true,
    env: {
      OPERATORS: operatorsYaml('second_person: [new_attempt]'),
      EVIDENCE: 'details',
      LOG_LEVEL: 'warn',
      PAGE_RATE: '1000000000',
    },
  });
  // Jumio has something of everybody.
  service.jumio.instead.evidence = async ({ executionId }) => {
    return { customerInternalReference: executionId.slice(2), texts: [{ name: 'lastName', value: 'read' }], parts: [] };
  };
  const seats = new Map<Who, Seat>();
  for (const who of WHO) {
    const id = who === 'unlisted' || who === 'nobody' ? randomUUID() : STAFF[who].id;
    service.kratos.authentications.set(id, { level: 'aal2' });
    const browser = openBrowser(service, who === 'nobody' ? 'ory_kratos_session=ended' : service.kratos.signIn(id));
    const { fields } = await browser.get('/operator/search');
    const cookies = await browser.jar.getCookieString(`${PUBLIC_URL}/operator`);
    seats.set(who, { cookie: `${browser.session}; ${cookies}`, token: fields._csrf ?? 'none' });
  }
  return { service, seatOf: (who: Who): Seat => seats.get(who) ?? { cookie: '', token: 'none' } };
}

/** Somebody of whom Jumio warned. */
async function newCase({ ctx, clock }: TestService, proposedBy?: string): Promise<string> {
  const [id, now] = [randomUUID(), clock.now()];
  const known = newIdentity({ id }, now);
  const warned = {
    ...newVerification(known, randomUUID(), now),
    state: 'decided' as const,
    decision: 'WARNING' as const,
    completedAt: now,
    accountId: `a-${id}`,
    executionId: `e-${id}`,
    readDue: null,
  };
  const proposed = { proposedAct: 'approve', proposedReason: 'seen-in-person', proposedAt: now } as const;
  await ctx.ledger.change(id, now, () => ({ record: { ...known, verifications: [warned] } }));
  if (proposedBy === undefined) return id;
  await ctx.ledger.change(id, now, (record) => {
    if (record === undefined) return undefined;
    const { version: proposedVersion } = record.identity;
    return { record: { ...record, identity: { ...record.identity, ...proposed, proposedBy, proposedVersion } } };
  });
  return id;
}

function parsed<T>(schema: z.ZodType<T>, input: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(input)).data;
  } catch {
    return undefined;
  }
}

/** A part of a path as a connection brings it: one byte a character, and no end of the line. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replaceAll('%2F', '/');
}

async function closed(service: TestService): Promise<void> {
  const text = service.logs.text();
  await service.close();
  mustHold(!text.includes(CANARY), 'the log holds a byte of a request');
}

const NAMES = Object.values(STAFF).map(({ name }) => name);

const PARAMETERS = ['why', 'age', 'mine', 'after', 'before', 'days', 'done', 'who', 'ticket'] as const;

const VALUES = wordsOf(`
  warning inherited late_pass proposed 4h 24h 3d yes 7 30 90 approve reject turned_down 0 1 -1 1e3 999999999999999
  1767600000000_00000000-0000-0000-0000-000000000000 999999999999999_------------------------------------ constructor
  3f0c0d8e-5a34-4b6c-9d1e-0123456789ab
`);

const SCREENS = wordsOf(
  'search numbers numbers.csv service audit audit.jsonl evidence style.css people people/{id} people/{id}/evidence',
);

const look = z.object({
  who: z.enum(WHO),
  path: z.string(),
  query: z.record(z.string(), z.string()).catch({}),
});

/** What only an approver gets. */
const FOR_APPROVERS = /^(audit|audit\.jsonl|numbers\.csv)$/;

/** Every address of the console: who is not in the list is shown nothing, and no address is repeated on a page. */
export async function consoleLooks(): Promise<Target> {
  const { service, seatOf } = await openConsole();
  const id = await newCase(service);
  return {
    name: 'console',
    share: 0.6,
    seeds: WHO.flatMap((who) => ['', ...SCREENS].map((path) => JSON.stringify({ who, path, query: { days: '7' } }))),
    dictionary: [...WHO, ...SCREENS, ...PARAMETERS, ...VALUES, '<canary-of-a-body>'],
    fresh: fc
      .record({
        who: anyWho,
        path: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('', ...SCREENS) }, anyText),
        query: fc.dictionary(fc.constantFrom(...PARAMETERS), fc.oneof(fc.constantFrom(...VALUES, CANARY), anyText)),
      })
      .map((one) => JSON.stringify(one)),
    longest: 8_000,
    limitMs: 300,
    run: async (input) => {
      const asked = parsed(look, input);
      if (asked === undefined) return refused('no request');
      const { who, path, query } = asked;
      const known = path.replace('{id}', id);
      const text = new URLSearchParams(query).toString();
      const url = `/operator${known === '' ? '' : `/${encoded(known)}`}?${text}`;
      const answer = await service.app.inject({ method: 'GET', url, headers: { cookie: seatOf(who).cookie } });
      const { statusCode, body } = answer;
      mustHold(statusCode < 500, `answered ${statusCode}`);
      const isStyle = known === 'style.css';
      const isInside = who !== 'unlisted' && who !== 'nobody';
      if (!isInside && !isStyle) {
        mustHold(statusCode >= 400, 'a stranger is answered');
        mustHold(
          !/<table|<form/.test(body) && !NAMES.some((name) => body.includes(name)),
          'a stranger is shown something',
        );
        mustHold(!body.replaceAll(`people%2F${id}`, '').includes(id), 'a stranger is shown a case');
      }
      if (who !== 'approver' && FOR_APPROVERS.test(known)) mustHold(statusCode >= 400, 'a file for approvers');
      mustHold(!body.includes(CANARY) && !/<script/i.test(body), 'a page repeats its address');
      mustHold(answer.headers.location === undefined, 'a look leads elsewhere');
      mustHold(isStyle || statusCode === 404 || answer.headers['cache-control'] === 'no-store', 'a page may be cached');
      const kind = `${who} ${SCREENS.includes(path) ? path : path.length > 0} ${statusCode}`;
      return statusCode === 200 ? accepted(statusCode, kind) : refused(kind, statusCode);
    },
    close: () => closed(service),
  };
}

const ACTIONS = ['decision', 'confirm', 'turn-down', 'take', 'release', 'link', 'evidence', 'search'] as const;

const press = z.object({
  who: z.enum(WHO),
  action: z.enum(ACTIONS),
  /** Whether the reviewer has proposed to approve. */
  isProposed: z.boolean().catch(false),
  /** Urlencoded; `{token}` and `{version}` stand for what is right. */
  body: z.string(),
});

type Press = z.infer<typeof press>;

const CHOICES = wordsOf(
  'approve:document-checked-by-hand reject:forged-document new_attempt:unclear-pictures approve:forged-document approve: : reject new_attempt:new_attempt:x __proto__:x',
);

/** The only choices that decide something, written again. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  approve: wordsOf('document-checked-by-hand name-differs-by-marriage seen-in-person'),
  reject: wordsOf('forged-document not-the-same-person'),
  new_attempt: wordsOf('unclear-pictures another-document'),
};

const field = (...right: readonly string[]) => fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...right) }, anyText);

const fields = fc.record(
  {
    _csrf: field('{token}'),
    version: field('{version}'),
    choice: field(...CHOICES),
    note: field('', 'seen twice', 'ann@example.com', '123456', 'a\nb', '<canary-of-a-body>', 'a'.repeat(101)),
    reason: field('to_decide', 'audit', 'curiosity'),
    name: field('{id}', CANARY, 'ann@example.com'),
  },
  { requiredKeys: ['_csrf', 'version'] },
);

const bodies = fc.tuple(fields, fc.integer({ min: 0, max: 9 })).map(([given, dice]) => {
  const pairs = Object.entries(given).map(([name, value]): [string, string] => [name, value]);
  const text = new URLSearchParams(dice === 0 ? [...pairs, ...pairs] : pairs).toString();
  return text.replaceAll(/%7B(\w+)%7D/g, '{$1}');
});

/** What a form says, if the field is there once. */
function only(body: string, name: string): string | undefined {
  const values = new URLSearchParams(body).getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function isNoteRight(note: string | undefined): boolean {
  const said = (note ?? '').trim();
  return said.length <= 100 && !/@|\d{5}/.test(said) && !/[\p{Cc}\p{Cs}]/u.test(said);
}

/** The choice of a form that decides something. */
function choiceIn(body: string): string | undefined {
  const [act = '', reason = ''] = (only(body, 'choice') ?? '').split(':');
  const isRight = Object.hasOwn(REASONS, act) && REASONS[act]?.includes(reason);
  return isRight && isNoteRight(only(body, 'note')) ? act : undefined;
}

/** What a press may have done: `decision` with its act, or the name of the action; undefined: nothing at all. */
function allowed({ who, action, isProposed }: Press, body: string, right: Seat & { readonly version: string }) {
  if (only(body, '_csrf') !== right.token || !MAY_DECIDE.includes(who)) return undefined;
  if (action === 'take' || action === 'release') return action;
  if (action === 'evidence')
    return /^(to_decide|complaint|suspected_fraud|audit)$/.test(only(body, 'reason') ?? '') ? action : undefined;
  if (only(body, 'version') !== right.version) return undefined;
  if (action === 'decision') return choiceIn(body);
  if (action === 'confirm') return isProposed && who === 'approver' ? 'approve' : undefined;
  return isProposed ? action : undefined;
}

const SEAL = '_csrf={token}&version={version}';

/** What each action needs beside token and version. */
const MORE: Readonly<Partial<Record<(typeof ACTIONS)[number], string>>> = {
  decision: '&choice=approve%3Aseen-in-person&note=',
  evidence: '&reason=audit',
  search: `&name=${CANARY}`,
};

/** The seal with one thing wrong each: none of these decides anything. */
const WRONG_SEALS = [
  'version={version}',
  '_csrf=x&version={version}',
  '_csrf={token}',
  '_csrf={token}&version=1.0',
  `${SEAL}&${SEAL}`,
];

/** Everybody at every form with everything right; and whoever may decide with one thing wrong. */
const presses: readonly Press[] = ACTIONS.flatMap((action) =>
  [true, false].flatMap((isProposed) => [
    ...WHO.map((who) => ({ who, action, isProposed, body: `${SEAL}${MORE[action] ?? ''}` })),
    ...WRONG_SEALS.map((seal) => ({
      who: 'approver' as const,
      action,
      isProposed,
      body: `${seal}${MORE[action] ?? ''}`,
    })),
  ]),
);

/** The forms of the console: only a press with everything right changes something, and only what it says. */
export async function consoleForms(): Promise<Target> {
  const { service, seatOf } = await openConsole();
  return {
    name: 'console-form',
    share: 0.2,
    seeds: presses.map((one) => JSON.stringify(one)),
    dictionary: [
      ...WHO,
      ...ACTIONS,
      ...CHOICES,
      '{token}',
      '{version}',
      '_csrf',
      'version',
      'choice',
      'note',
      'reason',
      '&',
      '=',
    ],
    fresh: fc
      .record({
        who: anyWho,
        action: fc.constantFrom(...ACTIONS),
        isProposed: fc.boolean(),
        body: fc.oneof({ weight: 4, arbitrary: bodies }, anyText),
      })
      .map((one) => JSON.stringify(one)),
    longest: 20_000,
    limitMs: 300,
    run: async (input) => {
      const given = parsed(press, input);
      if (given === undefined) return refused('no form');
      const { who, action, isProposed } = given;
      const id = await newCase(service, isProposed ? STAFF.reviewer.id : undefined);
      const before = await recordOf(service, id);
      const { cookie, token } = seatOf(who);
      const right = { cookie, token, version: caseVersion(before) };
      const body = Object.entries({ ...right, id }).reduce(
        (text, [name, value]) => text.replaceAll(`{${name}}`, encodeURIComponent(value)),
        given.body,
      );
      const looks = service.jumio.calls.evidence.length;
      const url = action === 'search' ? '/operator/search' : `/operator/people/${id}/${action}`;
      const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await service.app.inject({ method: 'POST', url, headers, payload: Buffer.from(body) });

      const { statusCode, body: page, headers: answered } = answer;
      mustHold(statusCode < 500 || page.includes('Jumio is busy'), `answered ${statusCode}`);
      mustHold(answered.location === undefined || String(answered.location).startsWith('/operator'), 'leads elsewhere');
      mustHold(!page.includes('<canary') && !String(answered.location).includes(CANARY), 'an answer repeats the form');
      mustHold(!page.includes(CANARY) || action === 'decision', 'a page repeats what was searched');
      const { identity, verifications } = await recordOf(service, id);
      const did = allowed(given, body, right);
      const done = {
        approve: identity.standing === 'approved',
        reject: identity.standing === 'rejected',
        new_attempt: identity.proposedAct === 'new_attempt',
        'turn-down': isProposed && identity.proposedAt === null && identity.standing === 'review',
        take: identity.takenBy !== null,
        evidence: service.jumio.calls.evidence.length > looks,
      };
      for (const [what, isDone] of Object.entries(done))
        mustHold(!isDone || did === what, `${what} without what is right`);
      mustHold(identity.attemptGrantedAt === null, 'an attempt was granted by one person');
      mustHold(verifications.length === (done.approve || done.reject ? 2 : 1), 'a decision more or less');
      service.jumio.calls.evidence.length = 0;
      const kind = `${who} ${action} ${isProposed} ${statusCode} ${did ?? ''}`;
      return Object.values(done).includes(true) ? accepted(statusCode, kind) : refused(kind, statusCode);
    },
    close: () => closed(service),
  };
}
