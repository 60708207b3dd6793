/** What a process does with them; loaded only where `METRICS_ADDRESS` is set. */
export { type ProcessMetrics, processMetrics, type ServedMetrics } from './of-process.ts';
