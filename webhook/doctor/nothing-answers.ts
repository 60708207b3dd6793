import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';

/** Whether nothing of the installation answers at all: the service, Kratos and Jumio’s token endpoint were asked, and none did. */
export function doesNothingAnswer({
  service,
  observed: { hooks = [], running, callback, admin, whoami, token },
}: Facts): boolean {
  if (service === undefined || running === undefined || admin === undefined || token === undefined) return false;
  const answers = [
    running,
    admin,
    token,
    ...(whoami ? [whoami] : []),
    ...(callback ? [callback] : []),
    ...hooks.map(({ result }) => result),
  ];
  return answers.every((answer) => 'failure' in answer);
}

/** Returns the one finding that stands in the place of one for each address. */
export function nothingAnswers({ service, observed: { running } }: Facts): Finding {
  const { KRATOS_ADMIN_URL, JUMIO_AUTH_URL } = service ?? {};
  const urls = [running?.at, KRATOS_ADMIN_URL, JUMIO_AUTH_URL].filter((url) => url !== undefined);
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  return {
    id: 'nothing-answers',
    severity: 'error',
    seen: `nothing answers at ${origins.join(', ')}: is it started?`,
    why: 'Neither this service nor Kratos nor Jumio could be asked, so nothing of a running installation was checked.',
    fix: { says: 'start them, then run the doctor again; `--wait 60` waits for them' },
  };
}
