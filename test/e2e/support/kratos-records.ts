import Libsql from 'libsql';
import { z } from 'zod';
import type { RunningKratos } from '../../../sandbox/kratos/start.ts';
import type { Person } from '../../../sandbox/scenarios/person.ts';

/** The times that Kratos keeps of a person. A real Kratos has no clock that can be moved, so its records are moved back instead. */
export interface KratosRecords {
  /** Makes an account, its password, phone numbers and passkeys older, as if so much time had passed since. Seconds. */
  ageAccount(person: Pick<Person, 'identityId'>, seconds: number): void;
  /** Makes the entries of the password in the sessions of a person older; all other entries stay. Seconds. */
  agePassword(person: Pick<Person, 'identityId'>, seconds: number): void;
}

const methods = z.array(z.looseObject({ method: z.string(), completed_at: z.string() }));

const passkeys = z.looseObject({ credentials: z.array(z.looseObject({ added_at: z.string() })) });

const rows = z.array(z.object({ id: z.string(), text: z.string() }));

function earlier(time: string, seconds: number): string {
  return new Date(Date.parse(time) - seconds * 1_000).toISOString();
}

/** Returns the records in the database file of a real Kratos, which keeps running. */
export function kratosRecords({ logFile }: Pick<RunningKratos, 'logFile'>): KratosRecords {
  if (logFile === undefined) throw new Error('the stand-in has no database');
  const file = logFile.replace(/kratos\.log$/, 'kratos.sqlite');

  function change(work: (database: InstanceType<typeof Libsql>) => void): void {
    const database = new Libsql(file);
    try {
      database.exec('pragma busy_timeout = 5000');
      work(database);
    } finally {
      database.close();
    }
  }

  return {
    ageAccount: ({ identityId }, seconds) =>
      change((database) => {
        const moved = (column: string) =>
          `${column} = strftime('%Y-%m-%d %H:%M:%f+00:00', ${column}, '-${seconds} seconds')`;
        database.prepare(`update identities set ${moved('created_at')} where id = ?`).run(identityId);
        const of = 'where identity_id = ?';
        database.prepare(`update identity_credentials set ${moved('updated_at')} ${of}`).run(identityId);
        database.prepare(`update identity_verifiable_addresses set ${moved('verified_at')} ${of}`).run(identityId);
        const found = database.prepare(`select id, config as text from identity_credentials ${of}`).all(identityId);
        for (const { id, text } of rows.parse(found)) {
          const { data } = passkeys.safeParse(JSON.parse(text));
          const aged = data?.credentials.map((each) => ({ ...each, added_at: earlier(each.added_at, seconds) }));
          if (aged === undefined) continue;
          const config = JSON.stringify({ ...data, credentials: aged });
          database.prepare('update identity_credentials set config = ? where id = ?').run(config, id);
        }
      }),
    agePassword: ({ identityId }, seconds) =>
      change((database) => {
        const select = 'select id, authentication_methods as text from sessions where identity_id = ?';
        for (const { id, text } of rows.parse(database.prepare(select).all(identityId))) {
          const aged = methods
            .parse(JSON.parse(text))
            .map((each) =>
              each.method === 'password' ? { ...each, completed_at: earlier(each.completed_at, seconds) } : each,
            );
          database.prepare('update sessions set authentication_methods = ? where id = ?').run(JSON.stringify(aged), id);
        }
      }),
  };
}
