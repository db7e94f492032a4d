/** The protocol broken on purpose, by the name of a rule. Each must be found by a search. */
import { RULES, type Rule } from '../../../src/sync/order/next.js';

export interface Mutation {
  name: string;
  rules: readonly Rule[];
}

/** Rules that wait. */
const WAITING: ReadonlySet<string> = new Set([
  'holdStill',
  'settleLostWrite',
  'readBack',
  'readContentsBeforeReporting',
  'watchOtherRun',
  'waitOutOtherRun',
  'lookForRivals',
  'confirmLines',
  'removePayments',
  'confirmPayment',
]);

/** The rule as if whatever it waits for were over. */
function impatient(rule: Rule): Rule {
  return (situation) => {
    const step = rule(situation);
    return step?.do === 'wait' ? rule({ ...situation, now: step.until }) : step;
  };
}

/** The rule with writes that may leave however old what they rest on is. */
function unleased(rule: Rule): Rule {
  return (situation) => {
    const step = rule(situation);
    return step?.do === 'write' ? { ...step, until: Number.POSITIVE_INFINITY } : step;
  };
}

/** Each rule left out, each that ever waits without its wait, and all writes without their lease. */
export function mutations(): Mutation[] {
  const all = Object.entries(RULES);
  const instead = (name: string, rule: Rule | null) =>
    all.flatMap(([each, is]) => (each === name ? (rule ?? []) : is));
  return [
    ...all.map(([name]) => ({ name: `without ${name}`, rules: instead(name, null) })),
    ...all
      .filter(([name]) => WAITING.has(name))
      .map(([name, rule]) => ({ name: `${name} without its wait`, rules: instead(name, impatient(rule)) })),
    { name: 'all writes without their lease', rules: all.map(([, rule]) => unleased(rule)) },
  ];
}
