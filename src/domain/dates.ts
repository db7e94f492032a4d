/** Whether `text` is a real calendar date in the form `YYYY-MM-DD`. Needs no time zones, which take long to load. */
export function isDate(text: string): boolean {
  const at = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  // The 30th of February would be taken for a day in March.
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}
