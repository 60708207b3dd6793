import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { keptAttributes, scrub } from '../../../tracing/attributes.js';
import { decide } from '../../support/builders/people.ts';
import { signUp } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';

const step = z.object({ ids: z.array(z.string()), jobs: z.array(z.string()) });

it('a step runs in the context that a tracer gives it, and each write is told in the context of what wrote', async () => {
  const contexts = new AsyncLocalStorage<string>();
  const steps = tracingChannel('jumio-bridge.step');
  const told: { readonly id: string; readonly by: string | undefined }[] = [];
  const begun: z.infer<typeof step>[] = [];
  const onWritten = (message: unknown): void => {
    told.push({ id: z.object({ id: z.string() }).parse(message).id, by: contexts.getStore() });
  };
  subscribe('jumio-bridge.written', onWritten);
  steps.start.bindStore(contexts, (message) => {
    begun.push(step.parse(message));
    return 'step';
  });
  onTestFinished(() => {
    unsubscribe('jumio-bridge.written', onWritten);
    steps.start.unbindStore(contexts);
  });
  const service = await testService();
  const id = randomUUID();
  const execution = await contexts.run('sign-up', () => signUp(service, id));
  await contexts.run('callback', () => decide(service, id, 'PASSED'));
  expect(told).toContainEqual({ id, by: 'sign-up' });
  expect(told).toContainEqual({ id: execution.executionId, by: 'callback' });
  expect(told).toContainEqual({ id, by: 'step' });
  expect(begun[0]?.ids).toEqual([id]);
  expect(begun.flatMap(({ jobs }) => jobs)).toEqual(expect.arrayContaining(['create', 'read']));
  expect(begun.find(({ jobs }) => jobs.includes('read'))?.ids).toEqual([id, execution.executionId]);
});

it('a span keeps what is known to hold no data of a person, and loses the rest', () => {
  const secret = 'https://jumio.example/?authorizationToken=canary';
  const attributes = {
    'http.route': '/jumio/verify',
    'http.request.method': 'GET',
    'url.full': secret,
    'url.query': 'code=canary',
    'url.path': '/jumio/enter',
    'client.address': '10.0.0.7',
    'user_agent.original': 'a browser',
  };
  const kept = { 'http.route': '/jumio/verify', 'http.request.method': 'GET' };
  expect(keptAttributes(attributes)).toEqual(kept);
  const span = {
    name: 'GET',
    attributes: { ...attributes },
    events: [{ message: secret }],
    status: { code: 2, message: secret },
  };
  scrub(span);
  expect(span).toEqual({ name: 'GET', attributes: kept, events: [], status: { code: 2 } });
});
