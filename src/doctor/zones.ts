import { isZone, localDateTime } from '../domain/zones.js';
import type { Check } from '../report/checks.js';
import { type DoctorContext, ok, skipped, warning } from './types.js';

const NAME = 'Time zones';
const HALF_YEAR = 182 * 86_400_000;

/** Names that Tripleseat's sites carry, with the zones they stand for; others are not compared. */
const RAILS_ZONES: Readonly<Record<string, string>> = {
  'Pacific Time (US & Canada)': 'America/Los_Angeles',
  'Mountain Time (US & Canada)': 'America/Denver',
  'Central Time (US & Canada)': 'America/Chicago',
  'Eastern Time (US & Canada)': 'America/New_York',
  'Atlantic Time (Canada)': 'America/Halifax',
  Newfoundland: 'America/St_Johns',
  'Indiana (East)': 'America/Indiana/Indianapolis',
  Arizona: 'America/Phoenix',
  Alaska: 'America/Juneau',
  Hawaii: 'Pacific/Honolulu',
  'Puerto Rico': 'America/Puerto_Rico',
  Saskatchewan: 'America/Regina',
  London: 'Europe/London',
  Dublin: 'Europe/Dublin',
  UTC: 'UTC',
};

/** The zone of each location against what Tripleseat's site and Revel's establishment tell. The configured one decides. */
export function checkZones({ config, facts, clock }: DoctorContext): Check {
  if (config.locations.length === 0) return skipped(NAME, 'no locations are configured');
  const differing: string[] = [];
  let compared = 0;
  for (const { name, timezone, tripleseat, revel } of config.locations) {
    const told = [
      ['Tripleseat', facts.sites?.find(({ id }) => id === tripleseat.siteId)?.timezone],
      ['Revel', facts.establishments.get(revel.establishmentId)?.timezone],
    ] as const;
    for (const [who, zone] of told) {
      const iana = zone ? ianaOf(zone) : null;
      if (iana === null) continue;
      compared += 1;
      if (!sameClock(timezone, iana, clock.now())) {
        differing.push(`"${name}" is ${timezone}; ${who} says ${iana}.`);
      }
    }
  }
  if (differing.length > 0) {
    const hint = 'Check timezone in the locations file: it decides on which day an event takes place.';
    return warning(NAME, `${differing.length} differ from what the services say`, hint, differing);
  }
  const zones = [...new Set(config.locations.map(({ timezone }) => timezone))].join(', ');
  return ok(
    NAME,
    compared === 0 ? `${zones}; neither service tells one to compare with` : `${zones}; as the services say`,
  );
}

/** The IANA zone that a service's name for one stands for; null: not known. */
export function ianaOf(zone: string): string | null {
  return RAILS_ZONES[zone] ?? (isZone(zone) ? zone : null);
}

/** Whether clocks in both zones show the same, in summer and in winter. */
function sameClock(a: string, b: string, now: number): boolean {
  return [now, now + HALF_YEAR].every((at) => localDateTime(at, a) === localDateTime(at, b));
}
