export { decline } from './consent.ts';
export { ARRIVAL_WAIT_MS, goOn, type Outcome, WAIT_MS } from './continue.ts';
export { enterUrl, issueAddress, lookUpAddress, redeemAddress } from './one-time-link.ts';
export { type Person, personOf, personShown } from './person.ts';
export { start } from './sign-up.ts';
export { lookAgainAfter, type Next, nextOf, type View, view } from './view.ts';
export { arrive, lookComesIn } from './visit.ts';
