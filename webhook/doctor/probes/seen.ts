import type { LedgerLook } from '../../ledger/look.ts';
import type { EidHook } from '../eid-hooks.ts';
import type { OurHook } from '../hooks.ts';
import type { Render } from '../jsonnet.ts';
import type { Asked } from './ask.ts';
import type { Disk } from './disk.ts';

/** What one hook of Kratos' configuration was answered, called as Kratos calls it. */
export interface HookAnswer {
  readonly hook: OurHook | EidHook;
  readonly asked: Asked;
}

/** What was seen outside the configuration. Everything is optional: what was not asked is not judged. */
export interface Seen {
  /** The clock of this machine, epoch milliseconds. */
  readonly now: number;
  /** Host names of hooks, and the addresses they have here. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly render?: Render;
  readonly hooks?: readonly HookAnswer[];
  readonly callback?: Asked;
  readonly admin?: Asked;
  readonly whoami?: Asked;
  readonly token?: Asked;
  readonly ledger?: LedgerLook;
  readonly disk?: Disk;
  /** The discovery documents, by the provider's id. */
  readonly eid?: ReadonlyMap<string, Asked>;
}
