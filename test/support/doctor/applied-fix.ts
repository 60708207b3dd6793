import type { Report } from '../../../webhook/doctor/doctor.ts';
import { examineSite, type Site, withFix } from './site.ts';

/** The ids of errors and warnings, each once. */
export function wrongFindings({ findings }: Report): string[] {
  return [...new Set(findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id))].sort();
}

const MOST_STEPS = 20;

/** Applies the fix of the first finding, examines again, and so on until nothing is wrong. */
export async function withAllFixes(site: Site): Promise<{ report: Report; site: Site }> {
  let now = site;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const report = await examineSite(now);
    const first = report.findings.find(({ severity }) => severity !== 'info');
    if (first === undefined) return { report, site: now };
    now = withFix(now, first.fix);
  }
  throw new Error(`still wrong: ${wrongFindings(await examineSite(now)).join(', ')}`);
}
