import { wrongWith } from '../../helpers/check.js';
import type { FaultDecision } from '../../simulators/faults.js';
import type { Figure, Part } from '../figure.js';
import { freshDesk } from './fresh.js';
import { repeatable } from './random.js';

const EVENTS = 200;
const SHARE = 0.3;
/** Chance decides what is refused: the mean of a few runs says more than one. */
const RUNS = 3;

/** How a request is refused; `odd` comes up half of the time. */
type Refusal = (odd: boolean) => FaultDecision;

const refusals: readonly [string, Refusal][] = [
  ['429', () => ({ kind: '429', retryAfter: 'none' })],
  ['429 with Retry-After: 1', () => ({ kind: '429', retryAfter: { seconds: 1 } })],
  ['503', () => ({ kind: '503' })],
  ['429 or 503', (odd) => (odd ? { kind: '503' } : { kind: '429', retryAfter: 'none' })],
];

/** The same fresh sweep with and without a third of its requests refused. */
export const storms: Part = async (say) => {
  const calm = await storm(null, 0);
  const figures: Figure[] = [];
  for (const [name, refusal] of refusals) {
    say(`${EVENTS} new orders, ${SHARE * 100} % of requests answered ${name}`);
    let sent = 0;
    let wrong = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const seen = await storm(refusal, run);
      sent += seen.sent / RUNS;
      wrong += seen.wrong;
    }
    figures.push(
      {
        name: `${SHARE * 100} % answered ${name}: requests ÷ without`,
        value: sent / calm.sent,
        unit: '×',
        limit: 1.6,
      },
      { name: `… orders not right after one sweep, of ${RUNS * EVENTS}`, value: wrong, unit: '', limit: 0 },
    );
  }
  return figures;
};

async function storm(refusal: Refusal | null, seed: number): Promise<{ sent: number; wrong: number }> {
  const { desk } = freshDesk(EVENTS);
  const random = repeatable(7 + seed);
  desk.random = repeatable(11 + seed);
  desk.strike = () => {
    const refused = random() < SHARE;
    return refused && refusal ? refusal(random() < 0.5) : { kind: 'delay', ms: 100 };
  };
  const run = await desk.sweep({ force: true });
  const events = [...desk.tripleseat.store.events.values()];
  return {
    sent: run.sent.length,
    wrong: events.filter((event) => wrongWith(desk.revel, event).length > 0).length,
  };
}
