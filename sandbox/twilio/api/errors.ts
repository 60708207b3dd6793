/** The answer to a call. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Codes of Twilio that this sandbox can answer: status and text (docs/reference/twilio.md#5-error-codes). */
export const ERRORS: ReadonlyMap<number, { readonly status: number; readonly message: string }> = new Map([
  [20003, { status: 401, message: 'Authenticate' }],
  [20404, { status: 404, message: 'The requested resource was not found' }],
  [20429, { status: 429, message: 'Too many requests' }],
  [20500, { status: 500, message: 'Internal server error' }],
  [60200, { status: 400, message: 'Invalid parameter' }],
  [60202, { status: 429, message: 'Max check attempts reached' }],
  [60203, { status: 429, message: 'Max send attempts reached' }],
  [60204, { status: 400, message: 'Service does not support this feature' }],
  [60205, { status: 403, message: 'SMS is not supported by landline phone number' }],
  [60206, { status: 400, message: 'Missing mandatory parameters for PSD2: Amount and Payee' }],
  [60212, { status: 429, message: 'Too many concurrent requests for phone number' }],
  [60214, { status: 400, message: 'Channel is not supported with PSD2' }],
  [60217, { status: 400, message: 'Invalid configuration of the service' }],
  [60220, { status: 403, message: 'Use case vetting is required for this country' }],
  [60238, { status: 403, message: 'The destination is blocked' }],
  [60410, { status: 403, message: 'Verification delivery attempt blocked by Fraud Guard' }],
  [60605, { status: 403, message: 'Verification delivery attempt blocked: geo permissions' }],
]);

/** The error of a code, in Twilio's one shape. @param detail is added to its text, and may repeat a value: Twilio's do too */
export function failure(code: number, detail = ''): Answer {
  const { status, message } = ERRORS.get(code) ?? { status: 500, message: 'Internal server error' };
  return { status, body: bodyOf(code, `${message}${detail}`, status) };
}

/** The error of a status that no code of the table has. */
export function statusFailure(status: number): Answer {
  return { status, body: bodyOf(status * 100, 'Service unavailable', status) };
}

function bodyOf(code: number, message: string, status: number): object {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}
