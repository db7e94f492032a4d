import type { Summary, Trigger } from './schema.js';

/** Log lines that people's monitors look for. Their wording is fixed. */

/** What runs are called after who started them: `req-1a2b3c4d`, `scheduled-…`, `sync-…`. */
export function runTag(trigger: Trigger, correlationId: string): string {
  switch (trigger) {
    case 'webhook':
      return `req-${correlationId}`;
    case 'cron':
      return `scheduled-${correlationId}`;
    case 'manual':
      return `sync-${correlationId}`;
  }
}

/** First line of a run. */
export function runStarted(trigger: Trigger): string {
  switch (trigger) {
    case 'webhook':
      return 'Starting webhook sync task';
    case 'cron':
      return 'Starting scheduled sync task';
    case 'manual':
      return 'Starting sync task';
  }
}

/** The event's order was made or completed. */
export function eventSynced(event: string, order: string): string {
  return `Event ${event} synced successfully - Revel Order: ${order}`;
}

/** Dry run: the event's order would be made or completed. */
export function eventPlanned(event: string, status: 'injected' | 'repaired'): string {
  return `Event ${event} would be ${status} (dry run)`;
}

/** The event needed nothing. */
export function eventSkipped(event: string, reason: string): string {
  return `Event ${event} skipped - ${reason}`;
}

/** The event is not as it should be; to be logged as an error. */
export function eventFailed(event: string, error: string): string {
  return `Failed to process event ${event}: ${error}`;
}

/** Last line of a run. */
export function runCompleted({ queried, injected, repaired, skipped, failed }: Summary): string {
  const rest = repaired === 0 ? '' : `, Repaired: ${repaired}`;
  return `Sync completed - Queried: ${queried}, Injected: ${injected}, Skipped: ${skipped}, Failed: ${failed}${rest}`;
}

/** The relay has taken a delivery. */
export const webhookProcessed = 'Webhook processed successfully';
