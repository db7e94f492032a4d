/** Factors with the values each may take. */
export type Factors = Readonly<Record<string, readonly (string | number | boolean)[]>>;

/** One value for every factor. */
export type Choice<F extends Factors> = { [K in keyof F]: F[K][number] };

/** Every combination. */
export function product<F extends Factors>(factors: F): Choice<F>[] {
  const rows = Object.entries(factors).reduce<Record<string, unknown>[]>(
    (some, [name, values]) => some.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  );
  return rows as Choice<F>[];
}

/**
 * A small selection in which every two values of different factors meet at least once: most bugs need no more
 * than two things to come together. Greedy, and the same every time.
 */
export function pairwise<F extends Factors>(factors: F): Choice<F>[] {
  const all = product(factors).map((row) => ({ row, pairs: pairsOf(row) }));
  const open = new Set(all.flatMap(({ pairs }) => pairs));
  const chosen: Choice<F>[] = [];
  for (let [best] = all; best && open.size > 0; ) {
    let most = 0;
    for (const candidate of all) {
      const gain = candidate.pairs.reduce((sum, pair) => sum + (open.has(pair) ? 1 : 0), 0);
      if (gain <= most) continue;
      most = gain;
      best = candidate;
    }
    for (const pair of best.pairs) open.delete(pair);
    chosen.push(best.row);
  }
  return chosen;
}

/** The pairs of values that meet in a row. */
export function pairsOf(row: Readonly<Record<string, unknown>>): string[] {
  const cells = Object.entries(row).map(([name, value]) => `${name}=${String(value)}`);
  return cells.flatMap((cell, at) => cells.slice(at + 1).map((other) => `${cell} ${other}`));
}
