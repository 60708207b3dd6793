import type { LedgerInspection } from '../../ledger/database/inspect.ts';
import { type Check, isOnFile } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import type { Disk } from '../probes/disk.ts';

const NO_LEDGER = notCheckable('the ledger could not be inspected');

type OpenLedger = LedgerInspection & { readonly state: 'open' };

const absent: Finding = {
  id: 'ledger-absent',
  severity: 'info',
  seen: 'there is no ledger yet',
  why: 'The service creates one when it starts. If it has run before, DATABASE_URL names another place.',
  fix: { says: 'start the service, or correct DATABASE_URL' },
};

function closed(problem: string): Finding {
  return {
    id: 'ledger-closed',
    severity: 'error',
    seen: `the ledger cannot be opened: ${problem}`,
    why: 'The service does not start. A service that runs already decides by the published copies alone.',
    fix: { says: 'check DATABASE_URL, and the permissions of the file or the database' },
  };
}

function notWritable(problem: string): Finding {
  return {
    id: 'ledger-not-writable',
    severity: 'error',
    seen: `the ledger cannot be written: ${problem}`,
    why: 'No sign-up and no callback is stored; the gate decides by what the ledger holds already.',
    fix: { says: 'correct the permissions or the disk; a standby accepts no writes' },
  };
}

export const ledgerOpens: Check = {
  group: 'ledger',
  says: 'the ledger can be read and written',
  run({ observed: { ledger } }) {
    if (ledger === undefined) return NO_LEDGER;
    if (ledger.state === 'absent') return [absent];
    if (ledger.state === 'closed') return [closed(ledger.problem)];
    return ledger.unwritable === undefined ? [] : [notWritable(ledger.unwritable)];
  },
};

function behind({ missing }: OpenLedger): Finding[] {
  if (missing.length === 0) return [];
  return [
    {
      id: 'ledger-behind',
      severity: 'warning',
      seen: `the ledger lacks ${missing.join(', ')}`,
      why: 'It is of an earlier version; the service migrates it when it starts.',
      fix: { says: 'restart the service' },
    },
  ];
}

function ahead({ unknown }: OpenLedger): Finding[] {
  if (unknown.length === 0) return [];
  return [
    {
      id: 'ledger-ahead',
      severity: 'error',
      seen: `the ledger has ${unknown.join(', ')}, which this version does not know`,
      why: 'A newer version has migrated it; this one does not start.',
      fix: { says: 'run the newer version' },
    },
  ];
}

export const migrations: Check = {
  group: 'ledger',
  says: 'its tables are those of this version',
  run: ({ observed: { ledger } }) => (ledger?.state === 'open' ? [...behind(ledger), ...ahead(ledger)] : NO_LEDGER),
};

export const creation: Check = {
  group: 'ledger',
  says: 'verifications are being started at Jumio',
  run({ observed: { ledger } }) {
    if (ledger?.state !== 'open') return NO_LEDGER;
    return ledger.paused.map(({ name, reason }) => ({
      id: 'creation-paused',
      severity: 'error',
      seen: `calls to Jumio (${name}) are paused: ${reason}`,
      why: 'No verification starts. The worker tries again every five minutes, with the oldest one.',
      fix: { says: 'remove the reason, in the Jumio portal or in the configuration' },
    }));
  },
};

const GIB = 1024 ** 3;

function diskNearlyFull({ freeBytes }: Disk): Finding[] {
  if (freeBytes >= GIB) return [];
  return [
    {
      id: 'disk-nearly-full',
      severity: 'warning',
      seen: `${(freeBytes / GIB).toFixed(1)} GiB are left on the ledger’s disk`,
      why: 'On a full disk nothing is stored: only later sign-ins and scheduled reads repair lost sign-ups and callbacks.',
      fix: { says: 'free some space' },
    },
  ];
}

/** A second service on one SQLite file would run the same jobs twice; a process that only reads is harmless. */
function shared({ openedBy = 0 }: Disk): Finding[] {
  if (openedBy <= 1) return [];
  return [
    {
      id: 'ledger-shared',
      severity: 'warning',
      seen: `${openedBy} processes have the SQLite file open`,
      why: 'SQLite is for one process: two services would compete for its lock.',
      fix: { says: 'stop the others, or use PostgreSQL for several replicas' },
    },
  ];
}

function readableByAll({ isOpenToAll }: Disk): Finding[] {
  if (!isOpenToAll) return [];
  return [
    {
      id: 'ledger-readable',
      severity: 'warning',
      seen: 'every user of this machine may read the SQLite file',
      why: 'It holds links to Jumio, and the key that authenticates callbacks.',
      fix: { says: 'chmod 600 the file and those beside it (-wal, -shm), chmod 700 its folder' },
    },
  ];
}

export const ledgerFile: Check = {
  group: 'ledger',
  says: 'its disk has space, one process has the file open, and not every user may read it',
  applies: isOnFile,
  run({ observed: { ledger, disk } }) {
    // Without a ledger there is no file yet: `ledgerOpens` says so.
    if (ledger?.state === 'absent') return [];
    if (disk === undefined) return NO_LEDGER;
    return [...diskNearlyFull(disk), ...shared(disk), ...readableByAll(disk)];
  },
};
