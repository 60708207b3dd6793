import type { Policy } from './rules.ts';

/*
 * The decision endpoints answer for an API and not for a sign-in. A policy that lets unverified people in to sign in must not
 * thereby tell an API that they are verified, so its rules for sign-ins do not apply there (decision 75).
 */

/** Returns a policy that allows approved people only; how long an approval lasts stays as in the given one. */
export function onlyApproved(policy: Policy): Policy {
  const own = { index: policy.otherwise.index + 1, name: 'only approved', text: null };
  return {
    ...policy,
    rules: [{ ...own, when: { status: ['approved'] }, decision: 'allow' }],
    otherwise: { ...own, when: {}, decision: 'block' },
  };
}

/** Returns the policy of the decision endpoints: the rules that name `flow: api` and, where none of them matches, `onlyApproved`. */
export function apiPolicy(policy: Policy): Policy {
  const named = policy.rules.filter(({ when }) => when.flow?.includes('api'));
  const others = onlyApproved(policy);
  return { ...others, rules: [...named, ...others.rules] };
}
