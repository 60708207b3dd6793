import type { Logger } from 'pino';
import { UpstreamError } from '../../errors.ts';
import type { KratosClient, PayerCredentials } from '../../kratos/types.ts';
import type { Assertion, AssertionFlaw, VerifyAssertion } from '../../passkey/verify.ts';
import type { Judge } from '../approve.ts';
import type { Factor, FactorOffer, FactorResult } from '../factor.ts';
import type { ApprovedFactors, Transaction } from '../model.ts';
import type { TransactionSettings } from '../settings.ts';
import { approvalChallenge } from './challenge.ts';
import { countingPasskeys, rulesOf } from './counting.ts';
import { storedEvidence } from './evidence.ts';

/** What the page asks the browser for: `PublicKeyCredentialRequestOptionsJSON` of WebAuthn. */
export interface PasskeyOptions {
  /** base64url, as the ids are. */
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials: readonly { readonly type: 'public-key'; readonly id: string }[];
  readonly userVerification: 'required';
}

/** What the factor needs. */
export interface PasskeyFactorOptions {
  readonly kratos: Pick<KratosClient, 'payerCredentials'>;
  readonly verify: VerifyAssertion;
  readonly settings: TransactionSettings;
  readonly publicUrl: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** An answer, and what it is about. */
interface Judging {
  readonly assertion: Assertion;
  readonly details: string;
  readonly now: number;
}

/** What a passkey is worth: it is in the owner's possession, and was unlocked by what the owner knows or is. */
function factorsOf(isSynchronisable: boolean): ApprovedFactors {
  const possession = isSynchronisable ? 'passkey_synced' : 'passkey_device_bound';
  return {
    amr: isSynchronisable ? ['pop', 'mfa'] : ['pop', 'hwk', 'mfa'],
    authenticationFactors: [{ possession }, { knowledge_or_inherence: 'device_unlock' }],
  };
}

/**
 * Returns the factor `passkey`: a passkey that the payer has in Kratos signs the payment itself. It is complete by itself,
 * so it needs nothing of the session but the person, and begins with its answer: the browser asks the authenticator.
 */
export function createPasskeyFactor(
  options: PasskeyFactorOptions,
): Factor<PasskeyOptions, Assertion> & Judge<Assertion> {
  const { kratos, verify, settings, log } = options;
  const rules = rulesOf(settings);
  const rpId = settings.passkey?.rp_id ?? '';
  const { origin } = new URL(options.publicUrl);

  async function credentialsOf(identityId: string): Promise<PayerCredentials> {
    const credentials = await kratos.payerCredentials(identityId);
    for (const seen of credentials.unreadable)
      log.warn({ identity: identityId, seen }, 'kratos has a passkey that cannot be read: it is skipped');
    return credentials;
  }

  /** An assertion is one answer: a further press is a further attempt. */
  function refused(identity: string, seen: AssertionFlaw | 'not-counting'): FactorResult {
    log.info({ identity, seen }, 'a passkey did not approve a payment');
    return { kind: 'failed', isLast: true };
  }

  async function judge(transaction: Transaction, payer: PayerCredentials, { assertion, details, now }: Judging) {
    const counting = countingPasskeys(payer, rules, now);
    const key = counting.kind === 'some' && counting.passkeys.find((each) => each.id === assertion.credentialId);
    if (!key) return refused(transaction.identityId, 'not-counting');
    const { userHandle } = payer;
    const judged = await verify(assertion, {
      challenge: approvalChallenge(transaction, details),
      origin,
      rpId,
      key,
      isDeviceBound: rules.isDeviceBound,
      ...(userHandle !== undefined && { userHandle }),
    });
    if (judged.kind === 'refused') return refused(transaction.identityId, judged.flaw);
    const factors = factorsOf(judged.isSynchronisable);
    return { kind: 'passed', factors, authTime: now, evidence: storedEvidence(assertion, key) } as const;
  }

  return {
    name: 'passkey',

    offer: async ({ identityId }, transaction, now): Promise<FactorOffer<PasskeyOptions>> => {
      const { details } = transaction;
      if (details === null) return { kind: 'not-usable', why: 'unavailable' };
      const counting = countingPasskeys(await credentialsOf(identityId), rules, now);
      if (counting.kind === 'missing') return { kind: 'not-usable', why: 'missing' };
      if (counting.kind === 'too-young') return { kind: 'not-usable', why: 'too-young', from: counting.from };
      const allowCredentials = counting.passkeys.map((each) => ({ type: 'public-key' as const, id: each.id }));
      const challenge = approvalChallenge(transaction, details);
      return { kind: 'usable', options: { challenge, rpId, allowCredentials, userVerification: 'required' } };
    },

    answer: async ({ identityId }, transaction, assertion, now): Promise<FactorResult> => {
      const { details } = transaction;
      if (details === null) return { kind: 'unanswered', ends: 'expired' };
      let payer: PayerCredentials;
      try {
        payer = await credentialsOf(identityId);
      } catch (error) {
        // Whether the key is still the payer's is not known, so nobody has judged the answer.
        if (error instanceof UpstreamError) return { kind: 'unanswered' };
        throw error;
      }
      return judge(transaction, payer, { assertion, details, now });
    },
  };
}
