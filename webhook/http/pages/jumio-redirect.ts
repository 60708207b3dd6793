import { z } from 'zod';
import { say, type Text } from '../../texts/messages.ts';

/** The error codes that Jumio's redirect documents (docs/reference/jumio.md#5-web-client-redirect), in our words. */
const WORDS: ReadonlyMap<string, Text> = new Map([
  ['9100', say('jumio.9100')],
  ['9200', say('jumio.9200')],
  ['9210', say('jumio.9210')],
  ['9300', say('jumio.9300')],
  ['9400', say('jumio.9400')],
  ['9800', say('jumio.9800')],
  ['9801', say('jumio.9801')],
  ['9810', say('jumio.9810')],
  ['9820', say('jumio.9820')],
  ['9821', say('jumio.9821')],
  ['9822', say('jumio.9822')],
  ['9835', say('jumio.9835')],
  ['9836', say('jumio.9836')],
]);

const error = z.object({ errorCode: z.string().regex(/^\d{4}$/) });

/**
 * What the redirect from Jumio hints at. Anybody can write these parameters: they choose one of our sentences, are
 * never shown, and say nothing about how things stand.
 */
export function hintIn(parameters: unknown): Text | undefined {
  const code = error.safeParse(parameters).data?.errorCode;
  return code === undefined ? undefined : (WORDS.get(code) ?? say('jumio.other'));
}

const SUCCESS = 'SUCCESS';

const success = z.object({
  acquisitionStatus: z.literal(SUCCESS),
  back: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});

/**
 * Since when (epoch milliseconds) somebody is back who has finished at Jumio, as far as the redirect says. Forged, it
 * makes nobody's wait longer than that for one look: see `lookComesIn`.
 */
export function backSince(parameters: unknown, now: number): number | undefined {
  const { data } = success.safeParse(parameters);
  return data && Math.min(now, Number(data.back ?? now));
}

/** Where a page that waits for that look leads on to. */
export function pollingSince(back: number): string {
  return `/jumio/status?${new URLSearchParams({ acquisitionStatus: SUCCESS, back: String(back) }).toString()}`;
}
