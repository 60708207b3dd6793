/** One value of a series. */
export interface Sample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What was scraped at a time (seconds). */
export interface Scrape {
  readonly at: number;
  readonly samples: readonly Sample[];
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;

/** Parses the text format of Prometheus; each series gets the labels of its target too. Throws where a line is none. */
export function readMetrics(text: string, target: Readonly<Record<string, string>> = {}): Sample[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const [, metric, labels = '', value] = LINE.exec(line) ?? [];
    if (metric === undefined) throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', text = '']) => [name, text]);
    return [{ metric, labels: { ...target, ...Object.fromEntries(pairs) }, value: Number(value) }];
  });
}
