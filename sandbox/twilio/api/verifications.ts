import { randomBytes, randomInt } from 'node:crypto';
import { append, isThere, type Sandbox, type Verification } from '../state.ts';
import { type Answer, failure } from './errors.ts';

/** The fields of a form. */
export type Form = Readonly<Record<string, string | undefined>>;

/** docs/reference/twilio.md#6-limits */
const MOST_SENDS = 5;

const MOST_CHECKS = 5;

const E164 = /^\+[1-9]\d{6,14}$/;

/** A random id of Twilio's shape. */
function sid(prefix: string): string {
  return `${prefix}${randomBytes(16).toString('hex')}`;
}

function invalid(name: string, value = ''): Answer {
  return failure(60200, ` \`${name}\`: ${value}`);
}

/** What the amount and the payee of a request mean for a service with or without PSD2 mode. */
function detailsOf({ settings }: Sandbox, { Amount, Payee }: Form): { amount?: string; payee?: string } | Answer {
  if (settings.psd2Enabled) return Amount && Payee ? { amount: Amount, payee: Payee } : failure(60206);
  const isRefused = settings.amountWithoutPsd2 === 'refuse' && Boolean(Amount ?? Payee);
  return isRefused ? failure(60204) : {};
}

/** `POST …/Verifications`: sends a code, or the same one again (docs/reference/twilio.md#2-start). */
export function start(sandbox: Sandbox, form: Form): Answer {
  const { To: to, Channel: channel, Locale: locale } = form;
  if (to === undefined || !E164.test(to)) return invalid('To', to);
  if (channel === 'call' && sandbox.settings.psd2Enabled) return failure(60214);
  if (channel !== 'sms') return invalid('Channel', channel);
  const details = detailsOf(sandbox, form);
  if ('status' in details) return details;
  const verification = findSame(sandbox, to, details.amount, details.payee) ?? create(sandbox, to, details);
  if (verification.sends.length >= MOST_SENDS) return failure(60203);
  send(sandbox, verification, locale ?? 'en');
  return { status: 201, body: view(sandbox, verification, { channel: 'sms' }) };
}

function findSame(sandbox: Sandbox, to: string, amount?: string, payee?: string): Verification | undefined {
  return [...sandbox.verifications.values()].find(
    (each) => isThere(sandbox, each) && each.to === to && each.amount === amount && each.payee === payee,
  );
}

function create(sandbox: Sandbox, to: string, details: { amount?: string; payee?: string }): Verification {
  const { codeLength, codeLifetimeSeconds } = sandbox.settings;
  const now = sandbox.clock.now();
  const verification: Verification = {
    sid: sid('VE'),
    to,
    amount: details.amount,
    payee: details.payee,
    code: Array.from({ length: codeLength }, () => randomInt(10)).join(''),
    createdAt: now,
    expiresAt: now + codeLifetimeSeconds * 1000,
    updatedAt: now,
    status: 'pending',
    sends: [],
    checks: 0,
  };
  sandbox.verifications.set(verification.sid, verification);
  return verification;
}

function send(sandbox: Sandbox, verification: Verification, locale: string): void {
  const { sid: verificationSid, to, amount, payee, code } = verification;
  const at = sandbox.clock.now();
  verification.sends.push({ sid: sid('VL'), at });
  verification.updatedAt = at;
  // The wording of Twilio's message is not documented.
  const what = amount === undefined ? '' : ` To pay ${amount} to ${payee}.`;
  const text = `Your ${sandbox.settings.friendlyName} verification code is: ${code}.${what}`;
  append(sandbox.messages, { n: ++sandbox.sequence, at, to, locale, verificationSid, code, text });
}

/** `POST …/VerificationCheck`: compares a code (docs/reference/twilio.md#3-check). */
export function check(sandbox: Sandbox, form: Form): Answer {
  const { To: to, VerificationSid: wanted, Code: code } = form;
  if (code === undefined || !/^\d{4,10}$/.test(code)) return invalid('Code');
  if (to === undefined && wanted === undefined) return invalid('To');
  const details = detailsOf(sandbox, form);
  if ('status' in details) return details;
  const ofNumber = [...sandbox.verifications.values()]
    .filter((each) => isThere(sandbox, each) && (wanted === undefined ? each.to === to : each.sid === wanted))
    .reverse();
  const found = ofNumber.find(({ amount, payee }) => amount === details.amount && payee === details.payee);
  const verification = found ?? (sandbox.settings.mismatch === 'pending' ? ofNumber[0] : undefined);
  if (verification === undefined) return failure(20404);
  if (verification.checks >= MOST_CHECKS) return failure(60202);
  if (verification === found && verification.code === code) verification.status = 'approved';
  else verification.checks += 1;
  verification.updatedAt = sandbox.clock.now();
  const { checkStatus } = sandbox.settings;
  return { status: checkStatus, body: checked(sandbox, verification) };
}

/** `POST …/Verifications/{sid}`: ends a verification (docs/reference/twilio.md#4-cancel-and-the-service). */
export function update(sandbox: Sandbox, form: Form, sidOfPath: string): Answer {
  const verification = sandbox.verifications.get(sidOfPath);
  if (verification === undefined || !isThere(sandbox, verification)) return failure(20404);
  if (form.Status !== 'canceled' && form.Status !== 'approved') return invalid('Status', form.Status);
  verification.status = form.Status;
  verification.updatedAt = sandbox.clock.now();
  return { status: 200, body: view(sandbox, verification, { channel: 'sms' }) };
}

/** `GET …/Verifications/{sid}`. */
export function read(sandbox: Sandbox, _form: Form, sidOfPath: string): Answer {
  const verification = sandbox.verifications.get(sidOfPath);
  if (verification === undefined || !isThere(sandbox, verification)) return failure(20404);
  return { status: 200, body: view(sandbox, verification, { channel: 'sms' }) };
}

/** A time in Twilio's format: UTC in whole seconds. */
export function twilioTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

function common({ settings }: Sandbox, verification: Verification): object {
  const isShown = settings.shownDetails === 'echo';
  return {
    sid: verification.sid,
    service_sid: settings.serviceSid,
    account_sid: settings.accountSid,
    to: verification.to,
    status: verification.status,
    valid: verification.status === 'approved',
    amount: isShown ? (verification.amount ?? null) : null,
    payee: isShown ? (verification.payee ?? null) : null,
    date_created: twilioTime(verification.createdAt),
    date_updated: twilioTime(verification.updatedAt),
  };
}

function view(sandbox: Sandbox, verification: Verification, { channel }: { channel: string }): object {
  const attempts = verification.sends.map(({ sid: attempt, at }) => {
    return { attempt_sid: attempt, channel: channel.toUpperCase(), time: twilioTime(at) };
  });
  return {
    ...common(sandbox, verification),
    channel,
    lookup: {},
    send_code_attempts: attempts,
    sna: null,
    url: `${sandbox.publicUrl}/v2/Services/${sandbox.settings.serviceSid}/Verifications/${verification.sid}`,
  };
}

function checked(sandbox: Sandbox, verification: Verification): object {
  return { ...common(sandbox, verification), channel: 'sms', sna_attempts_error_codes: [] };
}
