import { z } from 'zod';
import { send } from '../kratos/client/loopback.ts';

const message = z.object({ n: z.number(), to: z.string(), code: z.string(), text: z.string() });

const messages = z.object({ messages: z.array(message) });

/** A message as it arrived on a drawn phone. */
export type TwilioMessage = z.infer<typeof message>;

/** The part of the sandbox's control channel that scenarios and tests use (sandbox/twilio/README.md). */
export interface TwilioControl {
  /** The messages to a number, oldest first. */
  messagesTo(number: string): Promise<TwilioMessage[]>;
  /** Moves Twilio's clock forward. */
  advance(seconds: number): Promise<void>;
}

/** A client of the control channel of the sandbox at this URL. */
export function twilioControl(url: string): TwilioControl {
  return {
    messagesTo: async (number) => {
      const answer = await send({ method: 'GET', url: `${url}/control/messages?to=${encodeURIComponent(number)}` });
      return messages.parse(answer.json()).messages;
    },
    advance: async (seconds) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ advanceSeconds: seconds });
      const answer = await send({ method: 'POST', url: `${url}/control/time`, headers, body });
      if (answer.status !== 200) throw new Error(`the Twilio sandbox answered ${answer.status}: ${answer.text}`);
    },
  };
}
