/** Why an event needed nothing. */
export const skipReasons = [
  'ALREADY_INJECTED',
  'TOO_EARLY',
  'BEFORE_GO_LIVE',
  'PAST',
  'NOT_PRICED',
  'STATUS_NOT_ELIGIBLE',
  'LOCATION_NOT_ALLOWED',
  'CONNECTOR_DISABLED',
  'IGNORED',
  'IN_SERVICE',
  'ACCEPTED',
  'REMOVED_BY_STAFF',
  'LOCKED',
  'CLAIMED_ELSEWHERE',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Whether a skip for this reason says that the event is as it should be; else nobody has looked. */
export function isConclusive(reason: string | null): boolean {
  return !INCONCLUSIVE.has(reason ?? '');
}

const INCONCLUSIVE: ReadonlySet<string> = new Set<SkipReason>([
  'LOCKED',
  'CLAIMED_ELSEWHERE',
  'CONNECTOR_DISABLED',
  'LOCATION_NOT_ALLOWED',
  'PAST',
]);

/** Why an event is not as it should be. */
export const failReasons = [
  'EVENT_NOT_FOUND',
  'LOCATION_NOT_MAPPED',
  'NO_LINE_ITEMS',
  'UNMATCHED_ITEMS',
  'AMBIGUOUS_DOCUMENTS',
  'AMBIGUOUS_PRODUCT',
  'BILLING_UNCLEAR',
  'TOTALS_MISMATCH',
  'STATUS_UNKNOWN',
  'NOT_PRICED',
  'MISSED',
  'DRIFT',
  'ORPHANED',
  'DUPLICATE_ORDERS',
  'TOUCHED',
  'REMOVED_BY_STAFF',
  'SOURCE_ERROR',
  'REVEL_ERROR',
  'UNVERIFIED',
  'CREATE_LIMIT',
  'ABORTED',
] as const;
export type FailReason = (typeof failReasons)[number];

/** A failure with its sentence for a person: what, why, what to do. */
export interface Failure {
  reason: FailReason;
  error: string;
}
