/** Five years: whoever asks for more has mistyped. */
export const MAX_HOURS_BACK = 43_800;

/** How many hours a sweep looks back; null: the text is no number of hours above 0 and up to {@link MAX_HOURS_BACK}. */
export function parseHoursBack(text: string): number | null {
  const hours = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  return hours > 0 && hours <= MAX_HOURS_BACK ? hours : null;
}
