import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Debian's, or another one that CHROMIUM names. */
const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Whether there is one to look with. */
export const hasChromium: boolean = existsSync(PROGRAM);

/** What a page did that it must not do. */
export interface Watched {
  page: Page;
  /** Requests beside that for the file itself, dialogs, errors and refusals of the policy. */
  misdeeds: string[];
}

/** A browser with files to look at. */
export class Looker {
  readonly #browser: Browser;
  readonly #directory: string;
  #files = 0;

  private constructor(browser: Browser, directory: string) {
    this.#browser = browser;
    this.#directory = directory;
  }

  static async open(): Promise<Looker> {
    const directory = await mkdtemp(join(tmpdir(), 'browser-'));
    // In a container its own sandbox has no rights to begin.
    const browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] });
    return new Looker(browser, directory);
  }

  /** Opens a file with this text as somebody would who got it by mail. */
  async look(html: string, options: BrowserContextOptions = {}): Promise<Watched> {
    this.#files += 1;
    const file = join(this.#directory, `${this.#files}.html`);
    await writeFile(file, html);
    const url = pathToFileURL(file).href;
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const misdeeds: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== url) misdeeds.push(`asked for ${request.url()}`);
    });
    page.on('dialog', (dialog) => {
      misdeeds.push(`said ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => misdeeds.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => misdeeds.push(error.message));
    await page.goto(url);
    return { page, misdeeds };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** What is in the way of those who see little, or go by keyboard or by ear: rules of WCAG 2.2 AA and good practice. */
export async function barriers(page: Page): Promise<string[]> {
  // The policy of a page holds for the page, not for the tool that looks at it.
  await page.evaluate(AXE);
  const results = (await page.evaluate('axe.run()')) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${String(target)}`));
}

/** Words in the cells of tables that go on in a second line, but for dates: ids and amounts that can be misread. */
export function brokenWords(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('td, th')].flatMap((cell) => {
    const found = [];
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { index, 0: word } of node.data.matchAll(/[^\\s-]+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(word);
      }
    }
    return found;
  })`) as Promise<string[]>;
}

/** Columns by which the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth') as Promise<number>;
}
