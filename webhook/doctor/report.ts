import pc from 'picocolors';
import { stringify } from 'yaml';
import type { Report } from './doctor.ts';
import { type Finding, type Fix, GROUPS, type Group, type Operation, type Severity } from './finding.ts';
import { keysOf } from './kratos-config/read.ts';

/** `selfservice.flows.login.after.hooks`, and which place in that list, where the last key is one. */
function place(path: string): { readonly where: string; readonly index: string | undefined } {
  const keys = keysOf(path);
  const last = keys.at(-1) ?? '';
  const isIndex = /^(\d+|-)$/.test(last);
  const where = (isIndex ? keys.slice(0, -1) : keys).reduce(
    (text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
  return { where, index: isIndex ? last : undefined };
}

function block(value: unknown): string[] {
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
}

function position(index: string): string {
  if (index === '-') return 'at the end of';
  return index === '0' ? 'first in' : `at place ${index} (from 0) of`;
}

function ofOperation({ op, path, value }: Operation): string[] {
  const { where, index } = place(path);
  if (op === 'remove') return index === undefined ? [`# remove ${where}`] : [`# remove ${where}[${index}]`];
  if (index !== undefined) return [`# ${position(index)} ${where}:`, ...block([value])];
  const keys = where.split('.');
  return [`# in ${keys.slice(0, -1).join('.')}:`, ...block({ [keys.at(-1) ?? '']: value })];
}

/** The exact lines to change, as text: Kratos' configuration in YAML, then variables of this service. */
export function fixLines({ kratos = [], environment = {} }: Fix): string[] {
  return [...kratos.flatMap(ofOperation), ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
}

type Colours = ReturnType<typeof pc.createColors>;

const SIGNS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', info: 'i' };

function sign(colours: Colours, severity: Severity): string {
  const paint = { error: colours.red, warning: colours.yellow, info: colours.cyan }[severity];
  return paint(SIGNS[severity]);
}

/** The same is often wrong in several places: why it matters and what to do is said once. */
function together(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.id} ${finding.why}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()];
}

function ofFindings(colours: Colours, [first, ...more]: readonly Finding[]): string[] {
  if (first === undefined) return [];
  const all = [first, ...more];
  const distinct = (lines: readonly string[]): string[] => [...new Set(lines)];
  return [
    ...distinct(all.map(({ seen }) => seen)).map(
      (seen) => `  ${sign(colours, first.severity)} ${colours.bold(seen)} ${colours.dim(`(${first.id})`)}`,
    ),
    `    ${first.why}`,
    ...distinct(all.map(({ fix }) => fix.says)).map((says) => `    ${colours.bold('Fix:')} ${says}.`),
    ...distinct(all.map(({ fix }) => fixLines(fix).join('\n')))
      .flatMap((lines) => lines.split('\n'))
      .filter(Boolean)
      .map((line) => `      ${line}`),
  ];
}

function ofGroup(colours: Colours, group: Group, report: Report): string[] {
  const passed = report.passed.filter((each) => each.group === group);
  const findings = report.findings.filter((each) => each.group === group);
  if (passed.length + findings.length === 0) return [];
  return [
    colours.underline(group),
    ...passed.map(({ says }) => `  ${colours.green('✓')} ${says}`),
    ...together(findings).flatMap((same) => ofFindings(colours, same)),
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
export function printReport(report: Report, inColour: boolean): string {
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
export function reportAsJson(report: Report): string {
  const findings = report.findings.map((finding) => ({
    ...finding,
    fix: { ...finding.fix, lines: fixLines(finding.fix) },
  }));
  return `${JSON.stringify({ ...report, findings }, null, 2)}\n`;
}
