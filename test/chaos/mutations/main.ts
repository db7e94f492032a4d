/**
 * Breaks the protocol in one way after the other and says what finds it: npm run mutations -- [words of a name ...].
 * Exit 1 when something is not found, or when the protocol as it is fails a check.
 */
import { HEART } from '../exhaustive/scope.js';
import { decidedScopes, smallScopes } from '../exhaustive/scopes.js';
import { type Finding, inSchedules, inScopes, inSituations } from './find.js';
import { MUTATIONS } from './mutations.js';

const words = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);

/** What goes wrong anyway proves nothing. */
const right: string[] = [];
const asItIs: (Finding | null)[] = [inSituations(HEART), await inSchedules(HEART)];
for (const { name } of [...smallScopes(), ...decidedScopes()]) {
  const finding = inScopes(HEART, [name]);
  asItIs.push(finding);
  if (!finding) right.push(name);
}
for (const finding of asItIs) {
  if (!finding) continue;
  say(`the protocol as it is: ${finding.by}: ${finding.violation}`);
  process.exitCode = 1;
}
const chosen = MUTATIONS.filter(({ of, what }) => words.every((word) => `${of} ${what}`.includes(word)));
let found = 0;
for (const { of, what, heart } of chosen) {
  const started = process.cpuUsage();
  const finding: Finding | null = inSituations(heart) ?? inScopes(heart, right) ?? (await inSchedules(heart));
  const { user, system } = process.cpuUsage(started);
  const told = finding ? `${finding.by}: ${finding.violation}` : 'NOT FOUND';
  say(`${of.padEnd(28)} ${what.padEnd(58)} ${((user + system) / 1e6).toFixed(1).padStart(5)} s  ${told}`);
  if (finding) found += 1;
}
say(`${found} of ${chosen.length} found`);
if (found < chosen.length) process.exitCode = 1;
