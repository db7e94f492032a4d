import type { SourceEvent } from './event.js';
import type { Location } from './location.js';
import { bounded, plainText } from './names.js';
import { localDateTime } from './zones.js';

/** What a `callName` of the locations file may hold in braces. */
export const callNameFields = ['contact', 'phone', 'event', 'room', 'start', 'guests'] as const;
type Field = (typeof callNameFields)[number];

/** The name that orders have unless the location says otherwise. */
export const usualCallName = '{contact} | {phone}';

const MAX = 100;
const FIELD = /\{([a-z]+)\}/g;
/** What is cut when the whole is too long, the longest first; numbers are of no use when cut. */
const LONG: readonly Field[] = ['contact', 'event', 'room'];

/** Names in braces that a template holds and nobody knows. */
export function unknownFields(template: string): string[] {
  return [...template.matchAll(FIELD)].map(([, name = '']) => name).filter((name) => !isField(name));
}

/**
 * The name of an order for the people who serve it, at most 100 characters: the template of the location with what is
 * known of the event. Parts between bars of which nothing is known are left out; the event's name when that is all.
 */
export function callNameOf(
  event: SourceEvent,
  { callName: template, timezone }: Pick<Location, 'callName' | 'timezone'>,
): string {
  const values: Record<Field, string> = {
    contact: plainText(event.contact?.name ?? '', MAX),
    phone: plainText(event.contact?.phone ?? '', 40),
    event: plainText(event.name, MAX),
    room: plainText(event.room, MAX),
    start: startOf(event, timezone),
    guests: event.guests === null ? '' : String(event.guests),
  };
  for (const _ of LONG) {
    const excess = filled(template, values).length - MAX;
    const [longest] = LONG.filter((name) => template.includes(`{${name}}`)).sort(
      (a, b) => values[b].length - values[a].length,
    );
    if (excess <= 0 || longest === undefined) break;
    values[longest] = bounded(values[longest], Math.max(values[longest].length - excess, 0));
  }
  const name = bounded(filled(template, values), MAX);
  return name || plainText(event.name, MAX) || `Event ${event.id}`;
}

function isField(name: string): name is Field {
  return callNameFields.some((field) => field === name);
}

function filled(template: string, values: Readonly<Record<Field, string>>): string {
  const parts = template.split('|').flatMap((part) => {
    const names = callNameFields.filter((name) => part.includes(`{${name}}`));
    if (names.length > 0 && names.every((name) => values[name] === '')) return [];
    const text = part.replace(FIELD, (whole, name: string) => (isField(name) ? values[name] : whole));
    return text.trim() === '' ? [] : [text.replace(/ {2,}/g, ' ').trim()];
  });
  return parts.join(' | ');
}

/** `6:00 PM`, by the clock of the shop; empty: not known. */
function startOf({ startsAt, localStart }: SourceEvent, zone: string): string {
  const local = startsAt === null ? localStart : localDateTime(startsAt, zone);
  if (local === undefined) return '';
  const [hour, minute] = [Number(local.slice(11, 13)), local.slice(14, 16)];
  return `${hour % 12 || 12}:${minute} ${hour < 12 ? 'AM' : 'PM'}`;
}
