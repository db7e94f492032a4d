import { cpus, loadavg } from 'node:os';
import { type Figure, isMet, type Part, table } from './figure.js';
import { fresh } from './parts/fresh.js';
import { growth } from './parts/growth.js';
import { memory } from './parts/memory.js';
import { quiet } from './parts/quiet.js';
import { shared } from './parts/shared.js';
import { start } from './parts/start.js';
import { storms } from './parts/storms.js';

const parts: Readonly<Record<string, Part>> = { start, quiet, fresh, shared, storms, memory, growth };

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}: ${Object.keys(parts).join(', ')}.`);
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  const say = (what: string) => process.stderr.write(`${what}\n`);
  say(`${machine}, load ${loadavg()[0]?.toFixed(1)}`);
  const figures: (Figure & { part: string })[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const found = await part((what) => say(`${name}: ${what}`));
    figures.push(...found.map((figure) => ({ part: name, ...figure })));
  }
  const missed = figures.filter((figure) => !isMet(figure)).length;
  const goals = figures.filter(({ limit }) => limit !== null).length;
  const text = json
    ? JSON.stringify(
        { machine, figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })), missed },
        null,
        2,
      )
    : `${machine}\n\n${table(figures)}\n\n${goals - missed} of ${goals} goals met`;
  process.stdout.write(`${text}\n`);
  say(`load after: ${loadavg()[0]?.toFixed(1)}, ${Math.round(process.uptime())} s`);
  process.exitCode = missed === 0 ? 0 : 1;
}

await main(process.argv.slice(2));
