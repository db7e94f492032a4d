import { escapeUTF8 } from 'entities';

/** HTML that is safe to send: made by {@link html} alone, which escapes whatever is put into it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: texts and numbers are escaped, HTML is kept, lists are put one after the other. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | null;

/**
 * A template of HTML: every value in it is text unless it is HTML itself, so that no name can become markup. Values of
 * attributes must stand in double quotes.
 */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(parts.map((part, at) => part + (at < values.length ? written(values[at]) : '')).join(''));
}

/** Text of this program's own, taken for HTML as it is: never one that comes from outside. */
export function trusted(text: string): Html {
  return new Html(text);
}

function written(value: HtmlValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeUTF8(String(value));
  return value.map(written).join('');
}
