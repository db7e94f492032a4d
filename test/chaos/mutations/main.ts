/**
 * Breaks the protocol in one way after the other and says what finds it: npm run mutations -- [words of a name ...].
 * Exit 1 when something is not found, or when the protocol as it is fails a check.
 */
import { HEART } from '../exhaustive/scope.js';
import { type Finding, inSchedules, inScopes, inSituations } from './find.js';
import { MUTATIONS } from './mutations.js';

const words = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);

const wrong =
  inSituations(HEART) ?? (words.length > 0 ? null : (inScopes(HEART) ?? (await inSchedules(HEART))));
if (wrong) {
  say(`the protocol as it is: ${wrong.by}: ${wrong.violation}`);
  process.exitCode = 1;
}
const chosen = MUTATIONS.filter(({ of, what }) => words.every((word) => `${of} ${what}`.includes(word)));
let found = 0;
for (const { of, what, heart } of chosen) {
  const started = process.cpuUsage();
  const finding: Finding | null = inSituations(heart) ?? inScopes(heart) ?? (await inSchedules(heart));
  const { user, system } = process.cpuUsage(started);
  const told = finding ? `${finding.by}: ${finding.violation}` : 'NOT FOUND';
  say(`${of.padEnd(28)} ${what.padEnd(58)} ${((user + system) / 1e6).toFixed(1).padStart(5)} s  ${told}`);
  if (finding) found += 1;
}
say(`${found} of ${chosen.length} found`);
if (found < chosen.length) process.exitCode = 1;
