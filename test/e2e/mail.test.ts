import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDays, localDate } from '../../src/domain/zones.js';
import { places } from '../../src/sandbox/world/places.js';
import { runCli, startCli } from '../helpers/cli.js';
import { type RunHere, SWEEP, syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';
import { CONTROL } from '../report/helpers.js';
import { type Mailbox, openMailbox } from '../report/mail/mailbox.js';

const CRON = ['sync', '--trigger', 'cron'];
const PASSWORD = 'c4n4ry-smtp-password';
const unmatched = { documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] };

let world: TestWorld;
let box: Mailbox;
let stateDir: string;
beforeEach(async () => {
  world = await TestWorld.start();
  box = await openMailbox();
  stateDir = world.newStateDir();
});
afterEach(async () => {
  await world.close();
  await box.close();
});

function env(changes: Record<string, string> = {}): Record<string, string> {
  return world.env(stateDir, {
    SMTP_URL: box.url,
    EMAIL_FROM: 'ts-reconcile <orders@example.com>',
    EMAIL_TO: 'events@example.com, kitchen@example.com',
    ...changes,
  });
}

/** A sweep in this process; what leaves the process or is printed is shown by one of its own. */
function sweep(all: Record<string, string>, changes: { dryRun?: boolean } = {}): Promise<RunHere> {
  return syncHere(all, SWEEP, { trigger: 'cron', ...changes });
}

/** A day whose window is closed and which a sweep of 48 hours still covers. */
function twoDaysAgo(): string {
  return addDays(localDate(Date.now(), places.west.zone), -2);
}

/** Makes the memory of the mails older. */
async function age(hours: number): Promise<void> {
  const file = join(stateDir, 'mailed.json');
  const entries: { mailedAt: number; since: number }[] = JSON.parse(await readFile(file, 'utf8'));
  const older = entries.map((entry) => ({ ...entry, mailedAt: entry.mailedAt - hours * 3_600_000 }));
  await writeFile(file, JSON.stringify(older));
}

describe('a kitchen of its own', () => {
  it('hears of its dishes, and the office of the rest; each failure is told once to whom it concerns', async () => {
    const [path = '', text = ''] = await locationsWith({ email: ['chef@example.com'] });
    await writeFile(path, text);
    const all = env({ LOCATIONS_FILE: path });
    const injected = world.addEvent({ name: 'Cedar Gala' });
    const missed = world.addEvent({ name: 'Dogwood Dance', date: twoDaysAgo() });
    const failing = world.addEvent({ name: 'Birch Brunch', ...unmatched });
    expect((await sweep(all)).code).toBe(1);
    const of = (address: string) => box.mails.filter(({ to }) => to.includes(address));
    expect(of('chef@example.com').map(({ subject }) => subject)).toEqual([
      'ts-reconcile: 1 MISSED, 1 injected',
    ]);
    expect(of('events@example.com').map(({ subject }) => subject)).toEqual([
      expect.stringContaining('UNMATCHED_ITEMS Birch Brunch'),
    ]);
    const [chef] = of('chef@example.com');
    expect(chef?.to).toEqual(['chef@example.com']);
    expect(chef?.text).toContain(`event ${injected.id} `);
    expect(chef?.text).toContain(`event ${missed.id} `);
    expect(chef?.text).not.toContain(String(failing.id));
    await sweep(all);
    expect(box.mails).toHaveLength(2);
  });

  it('hears of an allergy that was entered after a POS had opened the order, once', async () => {
    const [path = '', text = ''] = await locationsWith({ email: ['chef@example.com'] });
    await writeFile(path, text);
    const all = env({ LOCATIONS_FILE: path });
    const entered = (longDescription: string, id?: number) =>
      world.addEvent({
        documents: [{ lines: [{ name: 'Taco Bar', price: 824, quantity: '2.0', longDescription }] }],
        ...(id === undefined ? {} : { id }),
      });
    const { id } = entered('no nuts');
    const [made] = (await sweep(all)).report.events;
    world.revel.control('pos-open', { orderId: Number(made?.revel_order_id) }, Date.now());
    await sweep(all);
    expect(box.mails).toHaveLength(1);
    entered('no nuts, no shellfish', Number(id));
    for (const _ of ['first', 'second']) await sweep(all);
    expect(box.mails).toHaveLength(2);
    const [, told] = box.mails;
    expect(told?.to).toEqual(['chef@example.com']);
    expect(told?.subject).toMatch(/^ts-reconcile: for the kitchen: /);
    expect(told?.text).toContain('no nuts, no shellfish');
  });

  /** The locations file of the world, with a key more for each shop. */
  async function locationsWith(notify: { email: string[] }): Promise<[string, string]> {
    const file = JSON.parse(await readFile(env().LOCATIONS_FILE ?? '', 'utf8'));
    for (const location of file.locations) location.notify = notify;
    return [join(world.newStateDir(), '..', `locations-${Date.now()}.json`), JSON.stringify(file)];
  }
});

describe('a digest', () => {
  it('tells what was injected, what failed and what was missed; standing failures once a day', async () => {
    const injected = world.addEvent({ name: 'Cedar Gala' });
    const failing = world.addEvent({ name: 'Birch Brunch', ...unmatched });
    const missed = world.addEvent({ name: 'Dogwood Dance', date: twoDaysAgo() });

    expect((await sweep(env())).code).toBe(1);
    const [first] = box.mails;
    const [order] = world.revel.orders();
    const lines = world.revel.items(order?.id ?? 0).length;
    expect(first?.to).toEqual(['events@example.com', 'kitchen@example.com']);
    expect(first?.subject).toBe('ts-reconcile: 1 MISSED, 1 failed, 1 injected');
    expect(first?.text).toContain(
      `event ${injected.id} · order ${order?.id} · ${lines} lines · total ${Number(order?.final_total).toFixed(2)} USD`,
    );
    expect(first?.text).toMatch(
      new RegExp(`MISSED: NO ORDER.*\\n=+\\n\\n.*\\n\\n\\* Dogwood Dance\\n  MISSED · event ${missed.id}`),
    );
    expect(first?.text).toContain(`ts-reconcile sync --event-id ${missed.id} --late`);
    expect(first?.text).toMatch(
      new RegExp(`\\* Birch Brunch\\n  UNMATCHED_ITEMS · event ${failing.id}.*\\n  .*"Unicorn Steak"`),
    );
    expect(first?.html).toContain('Dogwood Dance');
    expect(first?.text).toMatch(/Run scheduled-[0-9a-f]{8} on /);

    // The same failures an hour later are no news.
    expect((await sweep(env())).code).toBe(1);
    expect(box.mails).toHaveLength(1);

    await age(24);
    await sweep(env());
    expect(box.mails[1]?.subject).toBe('ts-reconcile: 1 MISSED, 1 still failing');
    expect(box.mails[1]?.text).toContain('first mailed 20');

    // One is over: the event was lost. That is told once.
    world.tripleseat.store.setStatus(failing.id, 'LOST', Date.now());
    await sweep(env());
    expect(box.mails[2]?.subject).toBe('ts-reconcile: 1 resolved');
    expect(box.mails[2]?.text).toContain('Birch Brunch');
    await sweep(env());
    expect(box.mails).toHaveLength(3);
  });

  it('is not sent for a run in which nothing happened, a dry run, or an overlapping sweep', async () => {
    const event = world.addEvent();
    await sweep(env(), { dryRun: true });
    await syncHere(env({ DRY_RUN: 'true' }), [event]);
    await syncHere(world.env(stateDir), [event]);
    expect((await sweep(env())).code).toBe(0);
    world.addEvent(unmatched);
    world.tripleseatGate.reset(({ path }) => ({ kind: path.includes('/events') ? 'hang-before' : 'none' }));
    const running = startCli(CRON, env());
    await expect.poll(() => world.tripleseatGate.count, { interval: 5, timeout: 10_000 }).toBeGreaterThan(0);
    expect((await sweep(env())).code).toBe(75);
    running.child.kill('SIGTERM');
    expect((await running.done).code).toBe(143);
    expect(box.mails).toEqual([]);
  });

  it('comes from a run for one event as well, under the correlation id of its trigger', async () => {
    const event = world.addEvent({ name: 'Cedar Gala', date: localDate(Date.now(), places.west.zone) });
    const webhook = { trigger: 'webhook', correlationId: '1a2b3c4d' } as const;
    await syncHere(env({ EMAIL_ON: 'changes' }), [event], webhook);
    expect(box.mails).toHaveLength(1);
    expect(box.mails[0]?.subject).toMatch(
      /^ts-reconcile: injected Cedar Gala \(\d{4}-\d\d-\d\d\), order \d+$/,
    );
    expect(box.mails[0]?.text).toContain('Run req-1a2b3c4d on ');
  });

  it('follows EMAIL_ON', async () => {
    world.addEvent();
    await sweep(env({ EMAIL_ON: 'failures' }));
    world.addEvent(unmatched);
    await sweep(env({ EMAIL_ON: 'changes' }));
    expect(box.mails).toEqual([]);
    await sweep(env({ EMAIL_ON: 'failures' }));
    expect(box.mails).toHaveLength(1);
  });

  it('tells once that a service is down, not every event, and then that it is back', async () => {
    for (let count = 0; count < 7; count += 1) world.addEvent();
    world.revelGate.reset(() => ({ kind: 'bad-json' }));
    const down = env({ HTTP_TIMEOUT_MS: '1000' });
    expect((await sweep(down)).code).toBe(69);
    expect(box.mails[0]?.subject).toBe('ts-reconcile: run failed (UNAVAILABLE)');
    expect(box.mails[0]?.text).toContain('Events that were not done because of it: 7.');
    expect((await sweep(down)).code).toBe(69);
    expect(box.mails).toHaveLength(1);
    world.revelGate.reset();
    expect((await sweep(env())).code).toBe(0);
    expect(box.mails[1]?.subject).toBe('ts-reconcile: 7 injected, 1 resolved');
  });

  it('is repeated, and nothing else, when the state directory is lost', async () => {
    world.addEvent({ name: 'Birch Brunch', ...unmatched });
    await sweep(env());
    stateDir = world.newStateDir();
    expect((await sweep(env())).code).toBe(1);
    expect(box.mails.map(({ subject }) => subject)).toEqual(Array(2).fill(box.mails[0]?.subject));
  });
});

describe('names from outside', () => {
  it('stay data in headers, text and HTML, and secrets are taken out', async () => {
    const name = `Party\r\nBcc: evil@example.com\r\n<img src=x onerror=alert(1)>\u202e\u001b[31m ${PASSWORD} ${'x'.repeat(10_000)}`;
    world.addEvent({ name });
    const url = box.url.replace('//', `//mailer:${PASSWORD}@`);
    const result = await runCli(CRON, env({ SMTP_URL: url }));
    expect(result).toMatchObject({ code: 0, stderr: expect.not.stringContaining('WARN') });
    const [mail] = box.mails;
    expect(mail?.to).toEqual(['events@example.com', 'kitchen@example.com']);
    expect(mail?.headers.some(([header]) => header === 'bcc')).toBe(false);
    expect(mail?.subject).toContain('injected Party Bcc: evil@example.com');
    expect(mail?.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(mail?.html).not.toContain('<img');
    for (const text of [mail?.subject, mail?.text, mail?.html]) expect(text).not.toMatch(CONTROL);
    expect(mail?.raw.length).toBeLessThan(10_000);
    for (const text of [mail?.raw, mail?.text, mail?.html, mail?.subject, result.stderr, result.stdout]) {
      expect(text).not.toContain(PASSWORD);
    }
  });
});

describe('a mail that fails', () => {
  async function runWith(url: string): Promise<{ code: number | null; warnings: string[]; ms: number }> {
    world.addEvent();
    const result = await runCli(CRON, env({ SMTP_URL: url }));
    expect(`${result.stderr}${result.stdout}`).not.toContain(PASSWORD);
    const warnings = result.stderr.split('\n').filter((line) => line.startsWith('WARN'));
    return { code: result.code, warnings, ms: result.durationMs };
  }

  it('because nobody listens is one line, and sent with the next run if it was of failures', async () => {
    const gone = await openMailbox();
    await gone.close();
    world.addEvent({ name: 'Birch Brunch', ...unmatched });
    const { code, warnings } = await runWith(gone.url.replace('//', `//mailer:${PASSWORD}@`));
    expect(code).toBe(1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^WARN \[scheduled-[0-9a-f]{8}\] The mail was not sent: .*ECONNREFUSED/);
    await sweep(env());
    expect(box.mails[0]?.text).toContain('Birch Brunch');
  });

  it('because the log-in or the certificate is refused is one line', async () => {
    const strict = await openMailbox({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, callback) => callback(new Error('no')),
    });
    const selfSigned = await openMailbox({ secure: true });
    try {
      const refused = await runWith(strict.url.replace('//', `//mailer:${PASSWORD}@`));
      expect(refused).toMatchObject({
        code: 0,
        warnings: [expect.stringMatching(/refused the log-in \(535\)/)],
      });
      const distrusted = await runWith(selfSigned.url.replace('smtp:', 'smtps:'));
      expect(distrusted).toMatchObject({ code: 0, warnings: [expect.stringMatching(/certificate/)] });
    } finally {
      await strict.close();
      await selfSigned.close();
    }
  });

  it('because the server hangs ends within its time', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    try {
      const { code, warnings, ms } = await runWith(`smtp://127.0.0.1:${port}`);
      expect(code).toBe(0);
      expect(warnings).toEqual([expect.stringContaining('The mail was not sent: ')]);
      expect(ms).toBeLessThan(22_000);
    } finally {
      silent.close();
    }
  });
});
