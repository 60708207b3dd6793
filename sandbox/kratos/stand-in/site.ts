import type { HookSettings } from './hook-settings.ts';
import { emptyRecords, type Records } from './records.ts';

/** What every route of the stand-in works with. */
export interface Site {
  readonly records: Records;
  /** Another one after a reconfiguration. */
  hooks: HookSettings;
  readonly publicUrl: string;
  readonly uiUrl: string;
  readonly cookieDomain: string;
  readonly allowedReturnUrls: readonly string[];
  readonly retryPauses: readonly number[];
}

export function newSite(settings: Omit<Site, 'records'>): Site {
  return { ...settings, records: emptyRecords() };
}
