import { closest, distance } from 'fastest-levenshtein';

/**
 * What was probably meant, ignoring case: at most one letter in three is wrong.
 *
 * @returns null: nothing is near, or there is nothing to choose from
 */
export function nearest(text: string, options: readonly string[]): string | null {
  const meant = text.toLowerCase();
  const near = closest(
    meant,
    options.map((option) => option.toLowerCase()),
  );
  const option = options.find((each) => each.toLowerCase() === near);
  const wrong = distance(meant, near ?? '');
  return option !== undefined && wrong <= Math.min(3, Math.floor(option.length / 3)) ? option : null;
}

/** `; did you mean X?` for the end of a problem; empty when nothing is near. */
export function didYouMean(text: unknown, options: readonly string[]): string {
  const meant = typeof text === 'string' && text.length <= 100 ? nearest(text, options) : null;
  return meant === null ? '' : `; did you mean ${meant}?`;
}
