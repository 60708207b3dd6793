/** What must never happen. */
export type ViolationKind =
  /** Something that was acknowledged, or a verdict, is missing. */
  | 'lost'
  /** Something took effect twice. */
  | 'doubled'
  /** Something had an effect that Jumio's history does not support. */
  | 'forged'
  /** A later rejection gave way to an older or milder decision. */
  | 'laundered'
  /** Somebody came in who must not. */
  | 'bypassed'
  /** Somebody was kept out who is approved. */
  | 'locked out'
  /** A version was written after a newer one. */
  | 'out of order'
  /** An execution of no row, and nothing explains it. */
  | 'unexplained orphan'
  /** Work was still due at the end. */
  | 'not drained';

/** Something that must never happen, with what was expected and seen. */
export interface Violation {
  readonly kind: ViolationKind;
  /** Undefined: it is about the whole run. */
  readonly identityId?: string;
  readonly expected: string;
  readonly seen: string;
  readonly seed: number;
}

/** Collects violations of one identity. */
export type Report = (kind: ViolationKind, expected: string, seen: string) => void;
