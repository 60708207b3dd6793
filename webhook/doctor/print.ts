import pc from 'picocolors';
import type { Report } from './examine.ts';
import { type Finding, GROUPS, type Group, type Severity } from './finding.ts';
import { fixLines } from './fix-lines.ts';

type Colours = ReturnType<typeof pc.createColors>;

const SIGNS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', info: 'i' };

function sign(colours: Colours, severity: Severity): string {
  const paint = { error: colours.red, warning: colours.yellow, info: colours.cyan }[severity];
  return paint(SIGNS[severity]);
}

function ofFinding(colours: Colours, { id, severity, seen, why, fix }: Finding): string[] {
  return [
    `  ${sign(colours, severity)} ${colours.bold(seen)} ${colours.dim(`(${id})`)}`,
    `    ${why}`,
    `    ${colours.bold('Fix:')} ${fix.says}.`,
    ...fixLines(fix).map((line) => `      ${line}`),
  ];
}

function ofGroup(colours: Colours, group: Group, report: Report): string[] {
  const passed = report.passed.filter((each) => each.group === group);
  const findings = report.findings.filter((each) => each.group === group);
  if (passed.length + findings.length === 0) return [];
  return [
    colours.underline(group),
    ...passed.map(({ says }) => `  ${colours.green('✓')} ${says}`),
    ...findings.flatMap((finding) => ofFinding(colours, finding)),
    '',
  ];
}

function count(report: Report, severity: Severity): number {
  return report.findings.filter((finding) => finding.severity === severity).length;
}

function summary(colours: Colours, report: Report): string {
  const [errors, warnings] = [count(report, 'error'), count(report, 'warning')];
  if (report.green) return colours.green('Nothing is wrong, as far as this can tell.');
  return colours.bold(`${errors} error${errors === 1 ? '' : 's'}, ${warnings} warning${warnings === 1 ? '' : 's'}.`);
}

/** The report for people. Never a secret: findings hold none. */
export function printed(report: Report, inColour: boolean): string {
  const colours = pc.createColors(inColour);
  return [
    ...GROUPS.flatMap((group) => ofGroup(colours, group, report)),
    colours.underline('not checkable from here'),
    ...report.notCheckable.map(({ what, reason }) => `  ? ${what}: ${colours.dim(reason)}`),
    '',
    summary(colours, report),
    '',
  ].join('\n');
}

/** The report for programs: every fix as data and as lines. */
export function asJson(report: Report): string {
  const findings = report.findings.map((finding) => ({
    ...finding,
    fix: { ...finding.fix, lines: fixLines(finding.fix) },
  }));
  return `${JSON.stringify({ ...report, findings }, null, 2)}\n`;
}
