import { setTimeout as sleep } from 'node:timers/promises';
import { localAddress } from '../../applied/index.ts';
import type { Config } from '../../config/config.ts';

const PAUSE_MS = 500;

const TIMEOUT_MS = 3_000;

/** Whether an HTTP server answers at this URL, with any status. The checks judge the answer. */
async function isUp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Resolves when the service, Kratos and Jumio's token endpoint all answer, or after this many seconds. Never rejects. */
export async function waitUntilUp(config: Config, seconds: number): Promise<void> {
  const { KRATOS_ADMIN_URL, KRATOS_PUBLIC_URL, JUMIO_AUTH_URL } = config;
  const urls = [localAddress(config), KRATOS_ADMIN_URL, KRATOS_PUBLIC_URL, JUMIO_AUTH_URL];
  const end = Date.now() + seconds * 1000;
  let missing = urls.filter((url) => url !== undefined);
  while (Date.now() < end) {
    const answers = await Promise.all(missing.map(isUp));
    missing = missing.filter((_url, index) => answers[index] !== true);
    if (missing.length === 0) return;
    await sleep(Math.min(PAUSE_MS, Math.max(0, end - Date.now())));
  }
}
