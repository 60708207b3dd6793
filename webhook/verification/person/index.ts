export { declineConsent } from './consent.ts';
export { type ContinueOutcome, continueVerification } from './continue.ts';
export { findLink, issueLink, linkUrl, redeemLink } from './one-time-link.ts';
export { findPerson, isKnown, type Person, personFrom } from './person.ts';
export { handleSignUp } from './sign-up.ts';
export { loadView, type NextStep, nextStep, pollAfterSeconds, type View } from './view.ts';
export { readExpectedIn, recordVisit } from './visit.ts';
