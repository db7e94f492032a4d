/** One measured figure. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What it may be at most; null: only shown. */
  limit: number | null;
}

/** A group of figures. `say` tells what is being done. */
export type Part = (say: (what: string) => void) => Promise<Figure[]>;

/** Whether the figure is where it should be; one without a limit always is. */
export function isMet({ value, limit }: Figure): boolean {
  return limit === null || value <= limit;
}

/** The figures as a table in Markdown. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${text(figure.value)} ${figure.unit}`.trim(),
    ...judged(figure),
  ]);
  const all = [['figure', 'measured', 'goal: at most', 'ratio', 'met'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const [head = [], ...body] = all;
  return [line(head), rule, ...body.map(line)].join('\n');
}

function judged(figure: Figure): string[] {
  const { value, unit, limit } = figure;
  if (limit === null) return ['', '', ''];
  return [
    `${text(limit)} ${unit}`.trim(),
    limit === 0 ? '' : (value / limit).toFixed(2),
    isMet(figure) ? 'yes' : 'NO',
  ];
}

function text(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
