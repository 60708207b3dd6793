import pc from 'picocolors';
import { stringify } from 'yaml';
import type { Report } from './doctor.ts';
import { type Finding, type Fix, GROUPS, type Group, type Operation, type Severity } from './finding.ts';
import { keysOf } from './kratos-config/read.ts';

/** Splits a JSON pointer into `selfservice.flows.login.after.hooks` and the position in that list, if the last key is one. */
function splitPointer(path: string): { readonly where: string; readonly index: string | undefined } {
  const keys = keysOf(path);
  const last = keys.at(-1) ?? '';
  const isIndex = /^(\d+|-)$/.test(last);
  const where = (isIndex ? keys.slice(0, -1) : keys).reduce(
    (text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
  return { where, index: isIndex ? last : undefined };
}

function yamlLines(value: unknown): string[] {
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
}

/** Where an added entry goes, in a comment above it. */
function positionText(index: string): string {
  if (index === '-') return 'at the end of';
  return index === '0' ? 'first in' : `at position ${index} (from 0) of`;
}

function operationLines({ op, path, value }: Operation): string[] {
  const { where, index } = splitPointer(path);
  if (op === 'remove') return index === undefined ? [`# remove ${where}`] : [`# remove ${where}[${index}]`];
  if (index !== undefined) return [`# ${positionText(index)} ${where}:`, ...yamlLines([value])];
  const keys = where.split('.');
  return [`# in ${keys.slice(0, -1).join('.')}:`, ...yamlLines({ [keys.at(-1) ?? '']: value })];
}

/** Returns the exact lines to change: Kratos' configuration in YAML, then variables of this service. */
export function fixLines({ kratos = [], environment = {} }: Fix): string[] {
  return [...kratos.flatMap(operationLines), ...environmentLines(environment)];
}

function environmentLines(environment: NonNullable<Fix['environment']>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

/** Returns the lines of several fixes: what goes to several places is printed once, below all of them. */
export function sharedFixLines(fixes: readonly Fix[]): string[] {
  const placesByLines = new Map<string, string[]>();
  for (const operation of fixes.flatMap(({ kratos = [] }) => kratos)) {
    const [place = '', ...lines] = operationLines(operation);
    const key = lines.join('\n');
    placesByLines.set(key, [...(placesByLines.get(key) ?? []), place]);
  }
  const ofKratos = [...placesByLines].flatMap(([lines, places]) => [...new Set(places), ...lines.split('\n')]);
  const ofService = fixes.flatMap(({ environment = {} }) => environmentLines(environment));
  return [...ofKratos, ...new Set(ofService)].filter((line) => line !== '');
}

type Palette = ReturnType<typeof pc.createColors>;

const SIGNS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', info: 'i' };

function sign(colours: Palette, severity: Severity): string {
  const paint = { error: colours.red, warning: colours.yellow, info: colours.cyan }[severity];
  return paint(SIGNS[severity]);
}

/** Groups findings with the same id and reason, so that the reason and the fix are printed once for several places. */
function groupAlike(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.id} ${finding.why}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()];
}

function findingLines(colours: Palette, [first, ...more]: readonly Finding[]): string[] {
  if (first === undefined) return [];
  const all = [first, ...more];
  const distinct = (lines: readonly string[]): string[] => [...new Set(lines)];
  return [
    ...distinct(all.map(({ seen }) => seen)).map(
      (seen) => `  ${sign(colours, first.severity)} ${colours.bold(seen)} ${colours.dim(`(${first.id})`)}`,
    ),
    `    ${first.why}`,
    ...distinct(all.map(({ fix }) => fix.says)).map((says) => `    ${colours.bold('Fix:')} ${says}.`),
    ...(more.length === 0 ? fixLines(first.fix) : sharedFixLines(all.map(({ fix }) => fix))).map(
      (line) => `      ${line}`,
    ),
  ];
}

function groupLines(colours: Palette, group: Group, report: Report): string[] {
  const passed = report.passed.filter((each) => each.group === group);
  const findings = report.findings.filter((each) => each.group === group);
  if (passed.length + findings.length === 0) return [];
  return [
    colours.underline(group),
    ...passed.map(({ says }) => `  ${colours.green('✓')} ${says}`),
    ...groupAlike(findings).flatMap((same) => findingLines(colours, same)),
    '',
  ];
}

function count(report: Report, severity: Severity): number {
  return report.findings.filter((finding) => finding.severity === severity).length;
}

function summary(colours: Palette, report: Report): string {
  const [errors, warnings] = [count(report, 'error'), count(report, 'warning')];
  if (report.green && report.complete) return colours.green('Nothing is wrong, as far as the doctor can check.');
  if (report.green)
    return colours.yellow('Nothing was found, but not everything was checked: see “not checkable from here”.');
  return colours.bold(`${errors} error${errors === 1 ? '' : 's'}, ${warnings} warning${warnings === 1 ? '' : 's'}.`);
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The errors once more, in a line each: the report is longer than a screen. */
function errorLines(colours: Palette, { findings }: Report): string[] {
  const errors = groupAlike(findings.filter(({ severity }) => severity === 'error'));
  return errors.map(([first, ...more]) => {
    const places = more.length === 0 ? '' : `, and in ${more.length} more ${more.length === 1 ? 'place' : 'places'}`;
    return `  ${sign(colours, 'error')} ${first?.seen}${places} (${first?.id})`;
  });
}

/** Returns the report as text, for a terminal. It holds no secret, because findings hold none. */
export function printReport(report: Report, inColour: boolean): string {
  const colours = pc.createColors(inColour);
  const nothing = report.findings.find(({ id }) => id === 'nothing-answers');
  return [
    ...(nothing === undefined ? [] : [colours.red(capitalised(nothing.seen)), '']),
    ...GROUPS.flatMap((group) => groupLines(colours, group, report)),
    colours.underline('not checkable from here'),
    ...report.notCheckable.map(({ what, reason }) => `  ? ${what}: ${colours.dim(reason)}`),
    '',
    summary(colours, report),
    ...errorLines(colours, report),
    '',
  ].join('\n');
}

/** Returns the report as JSON, for programs: each fix as data, and as `lines`. */
export function reportAsJson(report: Report): string {
  const findings = report.findings.map((finding) => ({
    ...finding,
    fix: { ...finding.fix, lines: fixLines(finding.fix) },
  }));
  return `${JSON.stringify({ ...report, findings }, null, 2)}\n`;
}
