import type { Page } from 'playwright-core';

/** Such as a phone or a laptop has: it keeps passkeys itself, and asks its owner for a PIN or a finger. */
const OPTIONS = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/** An authenticator that Chromium simulates for one page. Its owner agrees to everything at once. */
export interface VirtualDevice {
  /** Whether its owner can unlock it. */
  setUserVerified(isUserVerified: boolean): Promise<void>;
}

/** Gives a page an authenticator without passkeys. */
export async function addVirtualDevice(page: Page): Promise<VirtualDevice> {
  const devices = await page.context().newCDPSession(page);
  await devices.send('WebAuthn.enable');
  const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', { options: OPTIONS });
  return {
    setUserVerified: async (isUserVerified) => {
      await devices.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
  };
}
