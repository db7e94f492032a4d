import { z } from 'zod';
import { type EventId, parseEventId } from '../domain/ids.js';

/** The id of an event as it was kept. */
export const keptEventId = z.string().transform((text, context): EventId => {
  const id = parseEventId(text);
  if (id !== null) return id;
  context.addIssue('is not an event id');
  return z.NEVER;
});
