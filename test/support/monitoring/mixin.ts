import { readFileSync } from 'node:fs';
import Jsonnet from '@arakoodev/jsonnet';
import { stringify } from 'yaml';
import { z } from 'zod';

const folder = new URL('../../../monitoring/', import.meta.url);

/** The text of a file with the files that it imports in their place: the engine has no file system. */
function withImports(name: string): string {
  const text = readFileSync(new URL(name, folder), 'utf8');
  return text.replace(/\bimport '([\w.-]+)'/g, (_all, imported: string) => `(${withImports(imported)})`);
}

const rule = z.object({ record: z.string(), expr: z.string(), labels: z.record(z.string(), z.string()) });

const alert = z.object({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.object({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.object({ summary: z.string(), runbook_url: z.url() }),
});

const target = z.object({ expr: z.string() }).loose();

const panel = z.object({ title: z.string(), targets: z.array(target).optional() }).loose();

const mixin = z.object({
  alerts: z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(alert) })) }),
  rules: z.object({
    groups: z.array(z.object({ name: z.string(), interval: z.string(), rules: z.array(rule) })),
  }),
  dashboard: z.object({ panels: z.array(panel) }).loose(),
});

/** The mixin, rendered. */
export type Mixin = z.infer<typeof mixin>;

const HIDDEN = `local mixin = ${withImports('mixin.libsonnet')};
  { alerts: mixin.prometheusAlerts, rules: mixin.prometheusRules, dashboard: mixin.grafanaDashboards['jumio-bridge.json'] }`;

/** Renders the mixin with the Jsonnet engine that renders the templates of Kratos' hooks. */
export function renderMixin(): Mixin {
  return mixin.parse(JSON.parse(new Jsonnet().evaluateSnippet(HIDDEN)));
}

/** The generated files by their paths in the repository, as they are to be checked in. */
export function generatedFiles({ alerts, rules, dashboard }: Mixin): Readonly<Record<string, string>> {
  const yaml = (value: unknown): string =>
    `# Made by \`npm run docs:monitoring\` of ../*.libsonnet.\n${stringify(value, { lineWidth: 0 })}`;
  return {
    'monitoring/generated/alerts.yaml': yaml(alerts),
    'monitoring/generated/rules.yaml': yaml(rules),
    'monitoring/generated/jumio-bridge.json': `${JSON.stringify(dashboard, null, 2)}\n`,
  };
}
