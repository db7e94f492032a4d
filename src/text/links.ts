/** Addresses of pages in both services, with `{id}`; null: not known. */
export interface LinkPatterns {
  event: string | null;
  order: string | null;
}

/** Pages of one event and its order; null: the address is not known, or there is no order. */
export interface Links {
  event: string | null;
  order: string | null;
}

/** Nothing leads anywhere: no address is known, or neither service has a page, as of what the sandbox holds. */
export const noLinks: LinkPatterns & Links = { event: null, order: null };

/** The pages of an event and of its order. Ids are put in as data, whatever they hold. */
export function linksOf(patterns: LinkPatterns, id: string, order: string | null): Links {
  return { event: linkTo(patterns.event, id), order: linkTo(patterns.order, order) };
}

function linkTo(pattern: string | null, id: string | null): string | null {
  return pattern === null || id === null ? null : pattern.replaceAll('{id}', () => encodeURIComponent(id));
}
