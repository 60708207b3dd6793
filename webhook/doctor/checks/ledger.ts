import type { LedgerInspection } from '../../ledger/database/inspect.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';

const NO_LEDGER = notCheckable('the ledger could not be looked into');

const GIB = 1024 ** 3;

function closed(problem: string): Finding {
  return {
    id: 'ledger-closed',
    severity: 'error',
    seen: `the ledger cannot be opened: ${problem}`,
    why: 'The service does not start. Running without it, it decides by the published copies alone.',
    fix: { says: 'compare DATABASE_URL, and the rights on the file or the database' },
  };
}

const absent: Finding = {
  id: 'ledger-absent',
  severity: 'info',
  seen: 'there is no ledger yet',
  why: 'The service makes one when it starts. If it ran before, this is another place: look at DATABASE_URL.',
  fix: { says: 'start the service' },
};

export const ledgerOpens: Check = {
  group: 'ledger',
  says: 'the ledger can be read and written',
  look({ seen: { ledger } }) {
    if (ledger === undefined) return NO_LEDGER;
    if (ledger.state === 'absent') return [absent];
    if (ledger.state === 'closed') return [closed(ledger.problem)];
    if (ledger.unwritable === undefined) return [];
    return [
      {
        id: 'ledger-not-writable',
        severity: 'error',
        seen: `nothing can be written: ${ledger.unwritable}`,
        why: 'No sign-up and no callback is kept; the gate goes on by what is there.',
        fix: { says: 'mend the rights or the disk; a standby takes no writes' },
      },
    ];
  },
};

function ofMigrations(ledger: LedgerInspection & { state: 'open' }): Finding[] {
  const behind: Finding = {
    id: 'ledger-behind',
    severity: 'warning',
    seen: `the ledger lacks ${ledger.missing.join(', ')}`,
    why: 'It is of an earlier version; the service brings it up to date when it starts.',
    fix: { says: 'restart the service' },
  };
  const ahead: Finding = {
    id: 'ledger-ahead',
    severity: 'error',
    seen: `the ledger has ${ledger.unknown.join(', ')}, which this version does not know`,
    why: 'A newer version has changed it; this one does not start.',
    fix: { says: 'run the newer version' },
  };
  return [...(ledger.missing.length > 0 ? [behind] : []), ...(ledger.unknown.length > 0 ? [ahead] : [])];
}

export const migrations: Check = {
  group: 'ledger',
  says: 'its tables are those of this version',
  look: ({ seen: { ledger } }) => (ledger?.state === 'open' ? ofMigrations(ledger) : NO_LEDGER),
};

export const creation: Check = {
  group: 'ledger',
  says: 'verifications are being started at Jumio',
  look({ seen: { ledger } }) {
    if (ledger?.state !== 'open') return NO_LEDGER;
    return ledger.paused.map(({ name, reason }) => ({
      id: 'creation-paused',
      severity: 'error',
      seen: `calls to Jumio (${name}) are paused: ${reason}`,
      why: 'Nobody can start. It is tried again every five minutes with the oldest.',
      fix: { says: 'do what the reason says, in the Jumio portal or in the configuration' },
    }));
  },
};

/** A second process on one SQLite file would pay the same debts twice; one that only looks is harmless. */
export const file: Check = {
  group: 'ledger',
  says: 'its disk has room, one process has the file open, and not everybody may read it',
  look({ service, seen: { disk } }) {
    if (service !== undefined && !service.DATABASE_URL.startsWith('file:'))
      return notCheckable('the room on PostgreSQL’s disk is not seen from here');
    if (disk === undefined) return NO_LEDGER;
    const little: Finding = {
      id: 'disk-nearly-full',
      severity: 'warning',
      seen: `${(disk.freeBytes / GIB).toFixed(1)} GiB are left on the ledger’s disk`,
      why: 'Full, nothing is kept any more: sign-ups and callbacks are then made good by later sign-ins and looks only.',
      fix: { says: 'make room' },
    };
    const several: Finding = {
      id: 'ledger-shared',
      severity: 'warning',
      seen: `${disk.openedBy} processes have the SQLite file open`,
      why: 'SQLite is for one process: two services would fight for its lock.',
      fix: { says: 'stop the others, or use PostgreSQL for several replicas' },
    };
    const open: Finding = {
      id: 'ledger-readable',
      severity: 'warning',
      seen: 'every user of this machine may read the SQLite file',
      why: 'It holds links to Jumio, and the key by which callbacks are recognised.',
      fix: { says: 'chmod 600 the file and those beside it (-wal, -shm), chmod 700 its folder' },
    };
    return [
      ...(disk.freeBytes < GIB ? [little] : []),
      ...((disk.openedBy ?? 0) > 1 ? [several] : []),
      ...(disk.isOpenToAll ? [open] : []),
    ];
  },
};
