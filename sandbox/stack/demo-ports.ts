import { freePort, isFree } from '../kratos/real/ports.ts';

/** What listens in a demo, in the order of the ports; the first is the one that a person opens. */
const PARTS = ['app', 'verify', 'jumio', 'public', 'admin', 'itsme', 'idemia', 'twilio'] as const;

type Part = (typeof PARTS)[number];

const NAMES: Readonly<Record<Part, string>> = {
  app: 'the application',
  verify: 'the service',
  jumio: 'Jumio',
  public: 'Kratos',
  admin: 'Kratos’ admin API',
  itsme: 'itsme',
  idemia: 'Mobile ID',
  twilio: 'Twilio',
};

/** The last port from which all parts have one. */
export const LAST_PORT = 65_536 - PARTS.length;

/** The ports of a demo, and what to say of those that are not the usual ones. */
export interface DemoPorts {
  readonly ports: Readonly<Record<Part, number>>;
  /** One sentence for each port that was taken. */
  readonly notes: readonly string[];
}

/**
 * Chooses the ports from `first` on, one after the other, so that links and bookmarks of one demo work in the next. In the
 * place of one that is taken it chooses any free one.
 */
export async function demoPorts(first: number): Promise<DemoPorts> {
  const ports: Record<Part, number> = {
    app: 0,
    verify: 0,
    jumio: 0,
    public: 0,
    admin: 0,
    itsme: 0,
    idemia: 0,
    twilio: 0,
  };
  const notes: string[] = [];
  for (const [index, part] of PARTS.entries()) {
    const wanted = first + index;
    const isWantedFree = await isFree(wanted);
    ports[part] = isWantedFree ? wanted : await freePort();
    if (!isWantedFree) notes.push(`Port ${wanted} is taken: ${NAMES[part]} is on port ${ports[part]}.`);
  }
  return { ports, notes };
}
