import { z } from 'zod';

/** What an attempt keeps of the press of the button until Jumio has decided: nobody with a session is there then. */
export interface FacePress {
  /** Kratos' time of the password that the face stands beside, epoch milliseconds. */
  readonly authTime: number;
  /** The language in which the payer saw the payment. */
  readonly locale: string;
  /** The workflow that was asked for: only its result counts. */
  readonly workflowKey: string;
}

const stored = z.object({ authTime: z.number(), locale: z.string(), workflowKey: z.string() });

/** Returns it as an attempt stores it. */
export function storedPress({ authTime, locale, workflowKey }: FacePress): string {
  return JSON.stringify({ authTime, locale, workflowKey });
}

/** Reads what an attempt stores; undefined: the attempt has ended, and keeps nothing. */
export function readPress(evidence: string | null): FacePress | undefined {
  return evidence === null ? undefined : stored.parse(JSON.parse(evidence));
}
