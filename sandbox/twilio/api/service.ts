import type { Sandbox } from '../state.ts';
import type { Answer } from './errors.ts';
import { twilioTime } from './verifications.ts';

/** `GET /v2/Services/{sid}` (docs/reference/twilio.md#4-cancel-and-the-service). */
export function service({ settings, clock, publicUrl }: Sandbox): Answer {
  const url = `${publicUrl}/v2/Services/${settings.serviceSid}`;
  const at = twilioTime(clock.now());
  const body = {
    sid: settings.serviceSid,
    account_sid: settings.accountSid,
    friendly_name: settings.friendlyName,
    code_length: settings.codeLength,
    lookup_enabled: false,
    psd2_enabled: settings.psd2Enabled,
    skip_sms_to_landlines: false,
    dtmf_input_required: false,
    tts_name: null,
    do_not_share_warning_enabled: false,
    custom_code_enabled: false,
    default_template_sid: null,
    date_created: at,
    date_updated: at,
    url,
    links: { verification_checks: `${url}/VerificationCheck`, verifications: `${url}/Verifications` },
  };
  return { status: 200, body };
}
