import { wrongWith } from '../../helpers/check.js';
import type { Figure, Part } from '../figure.js';
import { freshDesk } from './fresh.js';
import { repeatable } from './random.js';

const EVENTS = 200;
const SHARE = 0.3;

/** The same fresh sweep with and without a third of its requests refused. */
export const storms: Part = async (say) => {
  const calm = await storm(() => null);
  const figures: Figure[] = [];
  for (const [name, strike] of [
    ['429', () => ({ kind: '429', retryAfter: 'none' }) as const],
    ['429 with Retry-After: 1', () => ({ kind: '429', retryAfter: { seconds: 1 } }) as const],
    [
      '429 or 503',
      (odd: boolean) => (odd ? ({ kind: '503' } as const) : ({ kind: '429', retryAfter: 'none' } as const)),
    ],
  ] as const) {
    say(`${EVENTS} new orders, ${SHARE * 100} % of requests answered ${name}`);
    const run = await storm(strike);
    figures.push(
      {
        name: `${SHARE * 100} % answered ${name}: requests ÷ without`,
        value: run.sent / calm.sent,
        unit: '×',
        limit: 1.6,
      },
      { name: '… orders not right after one sweep', value: run.wrong, unit: '', limit: null },
    );
  }
  return figures;
};

async function storm(
  strike: (
    odd: boolean,
  ) => { kind: '429'; retryAfter: 'none' | { seconds: number } } | { kind: '503' } | null,
): Promise<{ sent: number; wrong: number }> {
  const { desk } = freshDesk(EVENTS);
  const random = repeatable(7);
  desk.random = repeatable(11);
  desk.strike = () => (random() < SHARE ? strike(random() < 0.5) : null) ?? { kind: 'delay', ms: 100 };
  const run = await desk.sweep({ force: true });
  const events = [...desk.tripleseat.store.events.values()];
  return {
    sent: run.sent.length,
    wrong: events.filter((event) => wrongWith(desk.revel, event).length > 0).length,
  };
}
