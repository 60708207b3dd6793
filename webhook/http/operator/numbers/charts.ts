import { scaleBand, scaleLinear } from 'd3-scale';
import { line, stack } from 'd3-shape';
import { html, type Markup } from '../../pages/render.ts';

/*
 * Charts as SVG, with attributes and classes only: the policy of the pages allows no style in the markup. Each stands beside a
 * table with the same numbers, so it is an image with a title for who cannot see it.
 */

const [WIDTH, HEIGHT] = [720, 240];

/** Around the drawing area, for the axes. */
const EDGE = { top: 12, right: 8, bottom: 28, left: 44 };

const INNER = { right: WIDTH - EDGE.right, bottom: HEIGHT - EDGE.bottom };

/** A number of decimals that a path needs: a longer one is no more exact on a screen. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function svg(title: string, content: Markup): Markup {
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title>
${content}</svg>
`;
}

type Vertical = ReturnType<typeof scaleLinear<number, number>>;

/** A scale from 0 to the largest value, at least 1: a chart without anything has an axis all the same. */
function vertical(values: readonly number[]): Vertical {
  return scaleLinear<number, number>()
    .domain([0, Math.max(1, ...values)])
    .nice(4)
    .range([INNER.bottom, EDGE.top]);
}

function axis(scale: Vertical, unit: string): Markup[] {
  return scale.ticks(4).map((tick) => {
    const y = round(scale(tick));
    return html`<line class="grid" x1="${EDGE.left}" x2="${INNER.right}" y1="${y}" y2="${y}"/><text class="label" x="${EDGE.left - 6}" y="${y + 4}" text-anchor="end">${tick}${unit}</text>
`;
  });
}

/** At most eight labels, or they would cover each other. */
function labels(names: readonly string[], x: (name: string) => number): Markup[] {
  const every = Math.ceil(names.length / 8);
  return names
    .filter((_name, index) => index % every === 0)
    .map(
      (name) => html`<text class="label" x="${round(x(name))}" y="${HEIGHT - 8}" text-anchor="middle">${name}</text>\n`,
    );
}

/** A row of a chart of stacked bars: its name, and a value for each series. */
export interface BarRow {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * Returns bars, each of which stacks the values of its row.
 * @param series their names, which are classes too: `series-1` and so on, from below
 */
export function stackedBars(title: string, series: readonly string[], rows: readonly BarRow[]): Markup {
  const x = scaleBand()
    .domain(rows.map(({ name }) => name))
    .range([EDGE.left, INNER.right])
    .padding(0.2);
  const y = vertical(rows.map(({ values }) => series.reduce((sum, name) => sum + (values[name] ?? 0), 0)));
  const layers = stack<BarRow>()
    .keys(series)
    .value(({ values }, name) => values[name] ?? 0)([...rows]);
  const bars = layers.map((layer, index) => {
    const rects = layer.flatMap((part) => {
      const [from, to] = [round(y(part[1])), round(y(part[0]))];
      return to - from <= 0
        ? []
        : [
            html`<rect x="${round(x(part.data.name) ?? 0)}" y="${from}" width="${round(x.bandwidth())}" height="${round(to - from)}"/>`,
          ];
    });
    return html`<g class="series-${index + 1}">${rects}</g>\n`;
  });
  const middle = (name: string): number => (x(name) ?? 0) + x.bandwidth() / 2;
  const names = rows.map(({ name }) => name);
  return html`${svg(title, html`${axis(y, '')}${bars}${labels(names, middle)}`)}${series.length > 1 ? legend(series) : undefined}`;
}

function legend(series: readonly string[]): Markup {
  const items = series.map(
    (name, index) =>
      html`<li><svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="series-${index + 1}" width="10" height="10"/></svg> ${name}</li>`,
  );
  return html`<ul class="legend">${items}</ul>\n`;
}

/** A point of a line; null: there is no value, and the line is broken. */
export interface LinePoint {
  readonly name: string;
  readonly value: number | null;
}

/** Returns a line over names in their order. @param unit behind each number of the axis */
export function lineChart(title: string, points: readonly LinePoint[], unit: string): Markup {
  const x = scaleBand()
    .domain(points.map(({ name }) => name))
    .range([EDGE.left, INNER.right]);
  const y = vertical(points.flatMap(({ value }) => value ?? []));
  const middle = (name: string): number => (x(name) ?? 0) + x.bandwidth() / 2;
  const path = line<LinePoint>()
    .defined(({ value }) => value !== null)
    .x(({ name }) => round(middle(name)))
    .y(({ value }) => round(y(value ?? 0)))([...points]);
  const dots = points.flatMap(({ name, value }) =>
    value === null ? [] : [html`<circle cx="${round(middle(name))}" cy="${round(y(value))}" r="2.5"/>`],
  );
  const names = points.map(({ name }) => name);
  return svg(
    title,
    html`${axis(y, unit)}<path class="line" d="${path ?? ''}"/><g class="dots">${dots}</g>\n${labels(names, middle)}`,
  );
}
