import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayToTell } from '../../src/app/coming.js';
import { addDays, localDate } from '../../src/domain/zones.js';
import { RunReportSchema } from '../../src/report/schema.js';
import { places } from '../../src/sandbox/world/places.js';
import { partyOptions, TestWorld } from '../helpers/world.js';
import { openMailbox } from '../report/mail/mailbox.js';
import { makeEvent } from '../simulators/make-event.js';
import { runTool } from './helpers/tool.js';

const unmatched = { documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] };
const inDays = (days: number) => addDays(localDate(Date.now(), places.west.zone), days);

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

const writes = () =>
  world.revelServer.log
    .entries()
    .filter(({ method }) => method !== 'GET')
    .map(({ path }) => path);

describe('preview as a process', () => {
  it('tells before its day what would fail, as a document of a run, and writes to neither side', async () => {
    const [good, bad] = [
      world.addEvent({ date: inDays(2) }),
      world.addEvent({ date: inDays(3), ...unmatched }),
    ];
    const env = world.env(world.newStateDir());
    const { code, stdout } = await runTool(['preview', '--json'], env);
    expect(code).toBe(1);
    const report = RunReportSchema.parse(JSON.parse(stdout));
    expect(report.dry_run).toBe(true);
    expect(report.events.map(({ id, status, reason }) => [Number(id), status, reason])).toEqual(
      expect.arrayContaining([
        [good.id, 'injected', null],
        [bad.id, 'failed', 'UNMATCHED_ITEMS'],
      ]),
    );
    expect(writes()).toEqual([]);
    const near = await runTool(['preview', '--days', '2'], env);
    expect(near.code).toBe(0);
    expect(near.stdout).toMatch(/1 event, 0 would fail, 1 will be made/);
  });

  it.each([
    ['that Revel refused', { REVEL_API_SECRET: 'wrong' }, 77],
    ['without an answer of Tripleseat', { TRIPLESEAT_BASE_URL: 'http://127.0.0.1:9' }, 69],
  ])('%s leaves the one before on the page', async (_, broken, expected) => {
    const good = world.addEvent({ date: inDays(2) });
    const env = world.env(world.newStateDir());
    expect((await runTool(['preview'], env)).code).toBe(0);
    expect((await runTool(['preview'], { ...env, ...broken })).code).toBe(expected);
    const { stdout } = await runTool(['report'], env);
    expect(stdout).toContain(`${good.id}`);
    expect(stdout).not.toContain('ABORTED');
    expect(stdout).not.toContain('not complete');
  });

  it('is mailed once a day, from the first sweep past six in the morning on', async () => {
    const box = await openMailbox();
    try {
      const zone = places.west.zone;
      world.addEvent({ date: inDays(3), name: 'Birch Brunch', ...unmatched });
      const env = world.env(world.newStateDir(), {
        SMTP_URL: box.url,
        EMAIL_FROM: 'orders@example.com',
        EMAIL_TO: 'events@example.com',
        EMAIL_ON: 'failures,preview',
      });
      const due = dayToTell(Date.now(), zone, null) === null ? 0 : 1;
      for (let sweep = 0; sweep < 2; sweep += 1) expect((await runTool(['sync'], env)).code).toBe(0);
      expect(box.mails.map(({ subject }) => subject)).toEqual(
        Array(due).fill('ts-reconcile: 1 of 1 coming events would fail'),
      );
      if (due > 0) expect(box.mails[0]?.text).toContain('Unicorn Steak');
      expect(writes()).toEqual([]);
    } finally {
      await box.close();
    }
  });

  it('is told to each kitchen, to the office and to the chat as a digest is', async () => {
    const box = await openMailbox();
    const said: string[] = [];
    const chat = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => said.push(text));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => chat.listen(0, '127.0.0.1', resolve));
    try {
      const gala = world.addEvent({ name: 'Cedar Gala' });
      world.addEvent({ date: inDays(3), name: 'Birch Brunch', ...unmatched });
      const file = JSON.parse(await readFile(world.locationsFile, 'utf8'));
      for (const location of file.locations) location.notify = { email: ['chef@example.com'] };
      const stateDir = world.newStateDir();
      const locations = `${stateDir}-locations.json`;
      await writeFile(locations, JSON.stringify(file));
      const env = world.env(stateDir, {
        LOCATIONS_FILE: locations,
        SMTP_URL: box.url,
        EMAIL_FROM: 'orders@example.com',
        EMAIL_TO: 'office@example.com',
        EMAIL_ON: 'preview',
        CHAT_WEBHOOK_URL: `http://127.0.0.1:${(chat.address() as AddressInfo).port}/`,
      });
      expect((await runTool(['sync', '--event-id', String(gala.id)], env)).code).toBe(0);
      // Of no dish as many as there were.
      const documents = [{ lines: [{ name: 'Taco Bar', price: 824, quantity: '90' }] }];
      const id = Number(gala.id);
      world.tripleseat.store.putEvent(
        makeEvent({ ...partyOptions(id, places.west, Date.now()), name: 'Cedar Gala', documents }),
      );
      for (let sweep = 0; sweep < 2; sweep += 1) await runTool(['sync'], env);
      if (dayToTell(Date.now(), places.west.zone, null) === null) return;
      const told = box.mails.map(({ to, text }) => [
        to[0],
        ['Birch Brunch', 'Cedar Gala'].filter((name) => text.includes(name)),
      ]);
      expect(told.toSorted()).toEqual([
        ['chef@example.com', ['Cedar Gala']],
        ['office@example.com', ['Birch Brunch']],
      ]);
      expect(said).toHaveLength(1);
      expect(JSON.parse(said[0] ?? '').text).toMatch(
        /^ts-reconcile: 2 of 2 coming events would fail\.\n• .*(?:Birch Brunch|Cedar Gala)/,
      );
    } finally {
      await box.close();
      chat.close();
    }
  });
});
