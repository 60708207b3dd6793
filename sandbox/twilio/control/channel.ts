import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { timestamp } from '../../jumio/clock.ts';
import { CALL_KINDS, faultSchema } from '../faults.ts';
import { settingsSchema } from '../settings.ts';
import { type Message, resetSandbox, type Sandbox } from '../state.ts';

const timeSchema = z.strictObject({ advanceSeconds: z.number().nonnegative() });

const patchSchema = z.looseObject({});

const messagesSchema = z.strictObject({ to: z.string().optional() });

const callsSchema = z.strictObject({ kind: z.enum([...CALL_KINDS, 'other']).optional() });

/** The control channel, below `/control`: what tests and demos do with a sandbox. JSON, without authentication. */
export async function controlChannel(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.get('/messages', ({ query }) => {
    const { to } = messagesSchema.parse(query);
    return { messages: messagesTo(sandbox, to).map(messageView) };
  });
  app.get('/calls', ({ query }) => {
    const { kind } = callsSchema.parse(query);
    return { calls: sandbox.calls.filter((call) => kind === undefined || call.kind === kind) };
  });
  app.post('/reset', () => {
    resetSandbox(sandbox);
    return {};
  });
  const time = () => ({ now: timestamp(sandbox.clock.now()), aheadSeconds: sandbox.clock.ahead() });
  app.get('/time', time);
  app.post('/time', ({ body }) => {
    sandbox.clock.advance(timeSchema.parse(body).advanceSeconds);
    return time();
  });
  app.get('/settings', () => shownSettings(sandbox));
  app.post('/settings', ({ body }) => {
    sandbox.settings = settingsSchema.parse({ ...sandbox.settings, ...patchSchema.parse(body) });
    return shownSettings(sandbox);
  });
  app.get('/faults', () => ({ faults: sandbox.faults }));
  app.post('/faults', ({ body }) => {
    sandbox.faults.push(faultSchema.parse(body));
    return { faults: sandbox.faults };
  });
  app.delete('/faults', () => {
    sandbox.faults.length = 0;
    return {};
  });
}

/** The messages to a number, the oldest first; without one, all. */
export function messagesTo({ messages }: Sandbox, to: string | undefined): Message[] {
  return messages.filter((message) => to === undefined || message.to === to);
}

function messageView({ at, ...message }: Message): object {
  return { ...message, time: timestamp(at) };
}

function shownSettings({ settings }: Sandbox): unknown {
  const { apiSecret: _secret, ...shown } = settings;
  return shown;
}
