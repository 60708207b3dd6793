import { z } from 'zod';
import { type Text, toText } from '../../texts/messages.ts';

/** Our texts for the error codes that Jumio's redirect documents (docs/reference/jumio.md#5-web-client-redirect). */
const TEXTS: ReadonlyMap<string, Text> = new Map([
  ['9100', toText('jumio.9100')],
  ['9200', toText('jumio.9200')],
  ['9210', toText('jumio.9210')],
  ['9300', toText('jumio.9300')],
  ['9400', toText('jumio.9400')],
  ['9800', toText('jumio.9800')],
  ['9801', toText('jumio.9801')],
  ['9810', toText('jumio.9810')],
  ['9820', toText('jumio.9820')],
  ['9821', toText('jumio.9821')],
  ['9822', toText('jumio.9822')],
  ['9835', toText('jumio.9835')],
  ['9836', toText('jumio.9836')],
]);

const error = z.object({ errorCode: z.string().regex(/^\d{4}$/) });

/**
 * Returns the text for the error code of Jumio's redirect; undefined: it has none. Any client can write these parameters:
 * they select one of our texts, are never shown, and prove nothing.
 */
export function hintIn(parameters: unknown): Text | undefined {
  const code = error.safeParse(parameters).data?.errorCode;
  return code === undefined ? undefined : (TEXTS.get(code) ?? toText('jumio.other'));
}

/** Jumio found no camera, or none that the browser can use. */
const NO_CAMERA = ['9820', '9822'];

/** Whether Jumio's redirect says that this device has no usable camera. Any client can write that: it offers one more way, and proves nothing. */
export function lacksCamera(parameters: unknown): boolean {
  return NO_CAMERA.includes(error.safeParse(parameters).data?.errorCode ?? '');
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
 * Returns when the person returned from Jumio after finishing (epoch milliseconds), by the redirect; undefined: the redirect
 * does not contain it. A forged value prolongs no wait beyond one read of Jumio: see `readExpectedIn`.
 */
export function backSince(parameters: unknown, now: number): number | undefined {
  const { data } = success.safeParse(parameters);
  return data && Math.min(now, Number(data.back ?? now));
}

const STATUS_PATH = '/jumio/status';

/** Returns the path that a page which waits for that read leads to. @param page the path of that page */
export function pollingPath(back: number, page = STATUS_PATH): string {
  return `${page}?${new URLSearchParams({ acquisitionStatus: SUCCESS, back: String(back) }).toString()}`;
}

/** The ids in Jumio's redirect (docs/reference/jumio.md#5-web-client-redirect). */
const IDS = ['accountId', 'workflowExecutionId', 'customerInternalReference'];

const query = z.record(z.string(), z.unknown());

/**
 * Returns the path without what Jumio's redirect added, but the hint that it gives; undefined: there is nothing to remove. The
 * browser's history, a screenshot and a shared computer then show no ids.
 * @param page the path that Jumio led to
 */
export function cleanedPath(parameters: unknown, now: number, page = STATUS_PATH): string | undefined {
  const given = query.safeParse(parameters).data ?? {};
  if (!IDS.some((name) => Object.hasOwn(given, name))) return undefined;
  const back = backSince(parameters, now);
  if (back !== undefined) return pollingPath(back, page);
  const code = error.safeParse(parameters).data?.errorCode;
  return code === undefined ? page : `${page}?errorCode=${code}`;
}
