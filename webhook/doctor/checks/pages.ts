import { hasPages, unsaidOnPages } from '../../config/checks.ts';
import type { Config } from '../../config/config.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';

/** One finding for all of them: they are set in one go. */
function missingOnPages(service: Config, hasKratosConfig: boolean): Finding[] {
  // With Kratos' configuration at hand, the check `returnUrls` already reports this variable, as `no-way-back`.
  const isReturnUrlReported = hasKratosConfig && service.ALLOWED_RETURN_URLS.length === 0;
  const missing = unsaidOnPages(service).filter(({ name }) => !(isReturnUrlReported && name === 'DEFAULT_RETURN_URL'));
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => name).join(', ');
  return [
    {
      id: 'pages-say-too-little',
      severity: 'warning',
      seen: `not set: ${names}`,
      why: `The pages do not say ${missing.map(({ unsaid: what }) => what).join('; ')}.`,
      fix: { says: `set ${names}` },
    },
  ];
}

const RETENTION = 'consent.jumio_retention';

/** How long Jumio keeps what it received is in the operator's contract: we can only say that there is a time. */
function retentionNotStated({ TEXTS }: Config): Finding[] {
  const isWritten = Object.values(TEXTS?.languages ?? {}).some((texts) => texts[RETENTION] !== undefined);
  if (isWritten) return [];
  return [
    {
      id: 'retention-unsaid',
      severity: 'info',
      seen: `the text ${RETENTION} is the shipped one`,
      why: 'It says that Jumio keeps photos and biometric data for a time, and not for how long: only your contract does.',
      fix: {
        says: `write it into TEXTS_FILE as \`${RETENTION}\`, in every language, with another \`consent_version\``,
      },
    },
  ];
}

/** What people read before they agree, and where they are sent. */
export const pages: Check = {
  group: 'configuration of this service',
  says: 'the pages say who is responsible, where help is, and where to go on',
  run({ service, kratos }) {
    if (service === undefined) return notCheckable('the configuration of this service cannot be read');
    return hasPages(service) ? [...missingOnPages(service, kratos !== undefined), ...retentionNotStated(service)] : [];
  },
};
