import { describe, expect, it } from 'vitest';
import { onPublished, onReadBack, pendingPublication } from '../../../webhook/verification/publication/state.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  afterPublish,
  afterPublishFailed,
  copyOf,
  DAY,
  kratosFacts,
  NOW,
  newRecord,
  readDetailsAs,
  withAttempt,
  withExecution,
  withRequest,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const pending = withAttempt(newRecord());

const approved = readDetailsAs(withAttempt(newRecord()), PASSED).record;

describe('pending publications', () => {
  it('without content nothing is due for publishing', () => {
    expect(pendingPublication(newRecord().identity)).toBe('none');
  });

  it('the first publication waits five seconds, so that the first create call can add the ids', () => {
    const first = withRequest(newRecord());
    expect(pendingPublication(first.identity)).toBe('publish');
    expect(first.identity.kratosDue).toBe(NOW + 5_000);
    expect(withExecution(first, NOW + 1_000).identity.kratosDue).toBe(NOW + 1_000);
  });

  it('a publication is done with the version that was written, and an undecided one is not read back', () => {
    const { record, events } = applied(onPublished(pending, pending.identity.version, NOW), NOW);
    expect(record.identity).toMatchObject({ published: pending.identity.version, kratosDue: null, readBack: false });
    expect(pendingPublication(record.identity)).toBe('none');
    expect(events).toEqual([{ kind: 'published', detail: { version: pending.identity.version, status: 'pending' } }]);
  });

  it('a decided standing is read back once, sixty seconds after it was written', () => {
    const written = afterPublish(approved);
    expect(written.identity).toMatchObject({ readBack: true, kratosDue: NOW + 60_000 });
    expect(pendingPublication(written.identity)).toBe('read-back');
    const { record, events = [] } = applied(onReadBack(written, copyOf(written), NOW + 60_000), NOW + 60_000);
    expect(record.identity).toMatchObject({ readBack: false, kratosDue: null });
    expect(pendingPublication(record.identity)).toBe('none');
    expect(events).toEqual([]);
  });

  it('content that changed while an older version was written is due at once', () => {
    const older = pending.identity.version;
    const { record, events } = applied(onPublished(approved, older, NOW), NOW);
    expect(record.identity).toMatchObject({ published: older, kratosDue: NOW });
    expect(pendingPublication(record.identity)).toBe('publish');
    // The status written then is not the current one.
    expect(events).toEqual([{ kind: 'published', detail: { version: older } }]);
  });

  it('a change does not shorten the back-off from Kratos', () => {
    const down = afterPublishFailed(pending, kratosFacts({ status: 503 })).record;
    const due = down.identity.kratosDue;
    expect(readDetailsAs(down, PASSED, NOW + 1).record.identity).toMatchObject({ kratosDue: due, kratosAttempts: 1 });
  });
});

describe('a publication that fails', () => {
  it.each([
    kratosFacts({ status: 500 }),
    kratosFacts({ status: 401 }),
    kratosFacts({ status: 404, code: 'no-such-path' }),
    kratosFacts({ status: 404 }),
    kratosFacts({ status: 400, code: 'serialization' }),
    kratosFacts({ failure: 'timeout' }),
    kratosFacts({ failure: 'unusable', status: 200 }),
  ])('a failed publication is retried with growing pauses of at most fifteen minutes, without limit (%j)', (seen) => {
    let record = approved;
    const pauses: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      record = afterPublishFailed(record, seen).record;
      pauses.push((record.identity.kratosDue ?? 0) - NOW);
    }
    expect(pauses.slice(0, 3)).toEqual([1_000, 2_000, 4_000]);
    expect(Math.max(...pauses)).toBe(450_000);
    expect(record.identity).toMatchObject({ deletedInKratos: false, publishRefused: false });
    expect(afterPublish(record).identity.kratosAttempts).toBe(0);
  });

  it('a publication throttled by a 429 does not count as an attempt: the budget defers it', () => {
    expect(afterPublishFailed(approved, kratosFacts({ status: 429 })).record.identity).toMatchObject({
      kratosAttempts: 0,
      kratosDue: NOW,
    });
  });

  it('a publication refused by a permanent 400 is an event once, and retried daily', () => {
    const first = afterPublishFailed(approved, kratosFacts({ status: 400 }));
    expect(first.record.identity).toMatchObject({ publishRefused: true, kratosDue: NOW + DAY });
    expect(first.events).toEqual([{ kind: 'publish_stuck' }]);
    const second = afterPublishFailed(first.record, kratosFacts({ status: 400 }), NOW + DAY);
    expect(second.record.identity.kratosDue).toBe(NOW + 2 * DAY);
    expect(second.events).toEqual([]);
    expect(afterPublish(second.record).identity).toMatchObject({ publishRefused: false });
  });
});
