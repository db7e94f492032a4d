import { expect, test } from 'vitest';
import { type Mutation, mutations } from './list.js';
import { Tree } from './tree.js';

/** Quickest first. */
const detectors = ['simulation', 'processes'] as const;
/** A mutant may run in circles; that is noticed as well. */
const TIMEOUT_MS = 240_000;

/** How a mutant was found out; null: it survived. */
interface Verdict {
  mutation: string;
  by: string | null;
  seconds: number;
}

async function mutate(tree: Tree, { name, file, find, replace }: Mutation): Promise<string> {
  const text = await tree.read(file);
  const found = text.split(find).length - 1;
  if (found !== 1) throw new Error(`"${name}": its text stands ${found} times in ${file}, not once.`);
  await tree.write(
    file,
    text.replace(find, () => replace),
  );
  return text;
}

async function judge(tree: Tree): Promise<string | null> {
  await tree.compile();
  for (const detector of detectors) {
    const { code, output } = await tree.detect(detector, TIMEOUT_MS);
    if (code === 0) continue;
    const said = output.split('\n').at(0)?.slice(0, 150) ?? '';
    return `${detector}: ${code === null ? 'it does not end' : said}`;
  }
  return null;
}

function table(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ mutation, by, seconds }) =>
    [mutation.padEnd(62), `${seconds.toFixed(0)} s`.padStart(6), '  ', by ?? 'SURVIVED'].join(''),
  );
  const caught = verdicts.filter(({ by }) => by !== null).length;
  return [...rows, `${caught} of ${verdicts.length} caught`].join('\n');
}

test('each deliberate breakage is noticed', { timeout: 7_200_000 }, async () => {
  const only = process.env.MUTATION;
  const chosen = mutations.filter(({ name }) => only === undefined || name.includes(only));
  const tree = await Tree.make();
  try {
    // Whatever is broken must still be there to break, before anything takes its time.
    for (const mutation of mutations) {
      const text = await mutate(tree, mutation);
      await tree.write(mutation.file, text);
    }
    expect(await judge(tree), 'the program as it is').toBeNull();
    const verdicts: Verdict[] = [];
    for (const mutation of chosen) {
      const startedAt = performance.now();
      const text = await mutate(tree, mutation);
      const by = await judge(tree);
      await tree.write(mutation.file, text);
      verdicts.push({ mutation: mutation.name, by, seconds: (performance.now() - startedAt) / 1_000 });
      console.log(table(verdicts.slice(-1)).split('\n')[0]);
    }
    console.log(table(verdicts));
    expect(verdicts.filter(({ by }) => by === null).map(({ mutation }) => mutation)).toEqual([]);
  } finally {
    await tree.remove();
  }
});
