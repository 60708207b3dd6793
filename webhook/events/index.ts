export type { EventContext, EventEndpoint, ObserveTry, TryEnd } from './context.ts';
export { endpointsOf } from './context.ts';
export { sendTest, type TestOutcome } from './deliver.ts';
export { announce, announceCurrent } from './message.ts';
export type { Delivery } from './model.ts';
export { STUCK_AFTER } from './schedule.ts';
export { subscriptionOf } from './settings.ts';
export { messageId } from './signature.ts';
export { createEventWork } from './work.ts';
