/** How long a POST waits for a link before its answer says that it is still being made. Milliseconds. */
export const WAIT_MS = 4_000;
/** How long who comes back from Jumio waits for what Jumio says now. Milliseconds. */
export const ARRIVAL_WAIT_MS = 2_000;
