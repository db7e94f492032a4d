import { barY, dot, lineY, type Markish, plot, ruleX, ruleY } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { RunDay } from './data.js';
import { type Html, trusted } from './html.js';

/** The plots of the page as SVG, each with its own words for those who do not see it. */
export interface Plots {
  /** How long runs took: from the shortest to the longest of a day, with the one in the middle. */
  durations(days: readonly RunDay[], label: string): Html;
  /** Requests of a run to each service, on average. */
  requests(days: readonly RunDay[], label: string): Html;
  /** Orders that were made and repaired, and events that failed. */
  outcomes(days: readonly RunDay[], label: string): Html;
  /** How many runs, and how many of them were broken. */
  counts(days: readonly RunDay[], label: string): Html;
}

const WIDTH = 380;
const HEIGHT = 170;

/** What draws. This file brings a large library with it, which nothing but the page needs: import it when it is used. */
export function createPlots(): Plots {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');

  /** One plot over days. Its style sheet is left out: that of the page does the same, and no policy has to allow it. */
  function draw(days: readonly RunDay[], label: string, unit: string, marks: Markish[]): Html {
    const first = days[0]?.day;
    const drawn = plot({
      document,
      width: WIDTH,
      height: HEIGHT,
      marginLeft: 44,
      marginTop: 22,
      ariaLabel: label,
      className: 'plot',
      x: {
        type: 'band',
        domain: days.map(({ day }) => day),
        ticks: days.filter((_, at) => at % 7 === (days.length - 1) % 7).map(({ day }) => day),
        tickFormat: (day: string) => (day === first ? day : day.slice(5)),
        label: null,
      },
      y: {
        label: unit,
        grid: true,
        zero: true,
        nice: true,
        ticks: 4,
        tickFormat: (value: number) => amount(value, unit),
      },
      marks: [...marks, ruleY([0])],
    });
    drawn.setAttribute('role', 'img');
    for (const style of drawn.querySelectorAll('style')) style.remove();
    // The plot is one image with one name: its parts have none.
    for (const part of drawn.querySelectorAll('g[aria-label]')) part.removeAttribute('aria-label');
    return trusted(rounded(drawn.outerHTML));
  }

  return {
    durations(days, label) {
      const ran = days.flatMap(({ day, seconds }) => (seconds === null ? [] : [{ day, ...seconds }]));
      return draw(days, label, 'seconds', [
        ruleX(ran, {
          x: 'day',
          y1: 'least',
          y2: 'most',
          stroke: 'var(--plot-1)',
          strokeWidth: 3,
          strokeOpacity: 0.5,
        }),
        dot(ran, { x: 'day', y: 'median', fill: 'var(--plot-1)', r: 3 }),
      ]);
    },
    requests(days, label) {
      const asked = days.map(({ day, requests }) => ({
        day,
        revel: requests?.revel ?? Number.NaN,
        tripleseat: requests?.tripleseat ?? Number.NaN,
      }));
      return draw(days, label, 'requests', [
        lineY(asked, { x: 'day', y: 'revel', stroke: 'var(--plot-1)', strokeWidth: 2 }),
        dot(asked, { x: 'day', y: 'revel', fill: 'var(--plot-1)', r: 2 }),
        lineY(asked, {
          x: 'day',
          y: 'tripleseat',
          stroke: 'var(--plot-2)',
          strokeWidth: 2,
          strokeDasharray: '5 3',
        }),
        dot(asked, { x: 'day', y: 'tripleseat', fill: 'var(--plot-2)', r: 2 }),
      ]);
    },
    outcomes: (days, label) =>
      draw(
        days,
        label,
        'events',
        stacked(days, ['made', 'repaired', 'failed'], ['--plot-2', '--plot-1', '--plot-3']),
      ),
    counts(days, label) {
      const counted = days.map(({ day, runs, broken }) => ({
        day,
        well: runs - broken,
        broken,
      }));
      return draw(days, label, 'runs', stacked(counted, ['well', 'broken'], ['--plot-2', '--plot-3']));
    },
  };

  function stacked<K extends string>(
    days: readonly ({ day: string } & Record<K, number>)[],
    parts: readonly K[],
    colours: readonly string[],
  ): Markish[] {
    let before = days.map(() => 0);
    return parts.flatMap((part, at) => {
      const bars = days.map((each, index) => {
        const from = before[index] ?? 0;
        return { day: each.day, from, to: from + each[part] };
      });
      before = bars.map(({ to }) => to);
      const shown = bars.filter(({ from, to }) => to > from);
      return [barY(shown, { x: 'day', y1: 'from', y2: 'to', fill: `var(${colours[at]})` })];
    });
  }
}

/** Places to a tenth: nobody sees more, and it takes half the room. Texts stay as they are. */
function rounded(svg: string): string {
  const shortened = (number: string) => String(Math.round(Number(number) * 10) / 10);
  return svg.replace(/="[^"]*"/g, (attribute) => attribute.replace(/-?\d+\.\d{2,}/g, shortened));
}

/** Of things that are counted there are no halves. */
function amount(value: number, unit: string): string {
  if (unit !== 'seconds' && !Number.isInteger(value)) return '';
  return value >= 1_000 ? `${value / 1_000}k` : String(value);
}
