export { declineConsent } from './consent.ts';
export { type ContinueOutcome, continueVerification, type HostedLink } from './continue.ts';
export {
  type Handover,
  type HandoverScope,
  type HandoverTarget,
  handOver,
  handOverByLink,
  isHandoverValid,
  longestHandoverMs,
} from './handover.ts';
export {
  findLink,
  type IssuedLink,
  issueLink,
  issuePhoneLink,
  linkUrl,
  makeRow,
  newLink,
  type RedeemedLink,
  redeemLink,
} from './one-time-link.ts';
export { findPerson, type Person, personFrom } from './person.ts';
export { handleSignUp } from './sign-up.ts';
export { loadView, type NextStep, nextStep, type View } from './view.ts';
export { readExpectedIn, recordVisit } from './visit.ts';
