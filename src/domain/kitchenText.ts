import type { MenuSelection, SourceLine } from './event.js';
import { maxText, type PricedLine } from './lines.js';
import type { Quantity } from './money.js';
import { bounded, lineName, maxName, nameKey, plainText } from './names.js';

/** `20 × Chicken, Beef`: what was chosen with a dish; empty: nothing was. */
export function modifierText({ modifiers }: Pick<MenuSelection, 'modifiers'>): string {
  return modifiers
    .map(({ name, quantity }) => counted(plainText(name), quantity))
    .filter((each) => each !== '')
    .join(', ');
}

/** `40 × Table linens`, or the name alone where the number says nothing. */
function counted(name: string, quantity: Quantity | null): string {
  return name === '' || quantity === null || quantity === '1' ? name : `${quantity} × ${name}`;
}

/**
 * What was chosen with the dishes of a document, by the index of their lines. A selection belongs to the line of its
 * dish: the first to the first, the second to the second where a dish comes twice, any more to the last of them.
 * `told`: choices whose dish is in no line.
 */
export function modifiersOf(
  lines: readonly SourceLine[],
  selections: readonly MenuSelection[],
): { byLine: ReadonlyMap<number, string>; told: string[] } {
  const byLine = new Map<number, string>();
  const told: string[] = [];
  const taken = new Map<string, number>();
  for (const selection of selections) {
    // Of a dish that nobody has chosen, nothing was chosen with it.
    if (selection.quantity === '0') continue;
    const text = modifierText(selection);
    const places = placesOf(selection, lines);
    const dish = places.join();
    const nth = taken.get(dish) ?? 0;
    taken.set(dish, nth + 1);
    if (text === '') continue;
    const at = places[nth] ?? places.at(-1);
    if (at === undefined)
      told.push(`"${plainText(selection.name)}" (${text}) was chosen, but is in no line.`);
    // The same may have been chosen for each of several.
    else byLine.set(at, [byLine.get(at) ?? [], text].flat().join('; '));
  }
  return { byLine, told };
}

/**
 * Indexes of the lines that a selection may be the choice of: those of its dish in the menu, else of its name; where
 * some of them are served, these alone, since one of quantity 0 is left out with its text.
 */
function placesOf(selection: MenuSelection, lines: readonly SourceLine[]): number[] {
  const places = allPlacesOf(selection, lines);
  const served = places.filter((at) => lines[at]?.quantity !== '0');
  return served.length > 0 ? served : places;
}

function allPlacesOf(selection: MenuSelection, lines: readonly SourceLine[]): number[] {
  const where = (is: (line: SourceLine) => boolean) => lines.flatMap((line, at) => (is(line) ? [at] : []));
  const byId = where(({ menuItemId }) => menuItemId !== null && menuItemId === selection.menuItemId);
  if (byId.length > 0) return byId;
  const name = nameKey(selection.name);
  return name === '' ? [] : where((line) => nameKey(lineName(line)) === name);
}

/** How many of it there are: said twice, it is twice as many. */
const COUNTED = /^[\d.]+ × /;

/** Texts in one, each once unless it says how many. */
export function joined(texts: readonly string[]): string {
  const isFirst = (text: string, at: number) => COUNTED.test(text) || texts.indexOf(text) === at;
  return texts.filter((text, at) => text !== '' && isFirst(text, at)).join('; ');
}

/** A line that is only text, as its line of the order shows it: `40 × Table linens: white`. */
export function lineAsText({ name, quantity, text }: Pick<PricedLine, 'name' | 'quantity' | 'text'>): string {
  // A line without a name is called by the beginning of its text.
  if (text !== '' && name === bounded(text, maxName))
    return quantity === '0' ? text : counted(text, quantity);
  const what = quantity === '0' ? name : counted(name, quantity);
  return text === '' ? what : `${what}: ${text}`;
}

/** A line of the event, and whether it is sold. */
export interface Placed {
  line: PricedLine;
  sold: boolean;
}

/**
 * Gives the text of the lines that are not sold to those that are: each to the line before it in its section, else to
 * the first that is sold there, else to the first of all.
 *
 * @returns for each text the index of the line that carries it; empty when nothing is sold
 */
export function carriers(lines: readonly Placed[]): Map<number, number> {
  const found = new Map<number, number>();
  const inSection = (section: string | null) => (at: number) => lines[at]?.line.section === section;
  const sold = lines.flatMap((each, at) => (each.sold ? [at] : []));
  for (const [at, { line, sold: isSold }] of lines.entries()) {
    if (isSold) continue;
    const own = sold.filter(inSection(line.section));
    const carrier = own.findLast((other) => other < at) ?? own[0] ?? sold[0];
    if (carrier !== undefined) found.set(at, carrier);
  }
  return found;
}

/** The text as the order takes it, and whether something had to be left out. */
export function fitting(text: string): { text: string; cut: boolean } {
  const fits = bounded(text, maxText);
  return { text: fits, cut: fits.length < text.length };
}
