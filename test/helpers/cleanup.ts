const works: (() => Promise<void>)[] = [];

/**
 * Done once the tests of the file are. Files share their helpers' modules, so that a hook which a helper registers by
 * itself would serve the first of them alone.
 */
export function atFileEnd(work: () => Promise<void>): void {
  works.push(work);
}

/** Does what has piled up, the latest first. */
export async function cleanUp(): Promise<void> {
  for (const work of works.splice(0).reverse()) await work();
}
