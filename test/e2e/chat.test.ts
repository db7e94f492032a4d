import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

const SWEEP = ['sync', '--trigger', 'cron'];
const SECRET = 'c4n4ryc4n4ryc4n4ryc4n4ry';

let world: TestWorld;
let server: Server;
let env: Record<string, string>;
let status = 200;
let told: { text: string }[] = [];

beforeEach(async () => {
  world = await TestWorld.start();
  status = 200;
  told = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      told.push(JSON.parse(body));
      response.writeHead(status).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  env = world.env(world.newStateDir(), { CHAT_WEBHOOK_URL: `http://127.0.0.1:${port}/hooks/${SECRET}` });
});
afterEach(async () => {
  await world.close();
  server.close();
});

it('CHAT_WEBHOOK_URL hears once of what was made and what fails, and when that is over', async () => {
  const made = world.addEvent({ name: 'Cedar Gala' });
  const failing = world.addEvent({
    name: 'Birch Brunch',
    documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }],
  });
  expect((await runCli([...SWEEP, '--dry-run'], env)).code).toBe(1);
  expect(told).toEqual([]);
  expect((await runCli(SWEEP, env)).code).toBe(1);
  const [first] = told;
  expect(first?.text).toContain('1 failed, 1 injected');
  expect(first?.text).toContain(`Cedar Gala`);
  expect(first?.text).toContain(`event ${made.id}`);
  expect(first?.text).toContain(`UNMATCHED_ITEMS: Birch Brunch`);
  expect(first?.text).toContain(`event ${failing.id}`);
  await runCli(SWEEP, env);
  expect(told).toHaveLength(1);
});

it('one that does not take it is a warning without its address, and hears of it with the next run', async () => {
  world.addEvent({ name: 'Birch Brunch', documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] });
  status = 500;
  const { code, stderr } = await runCli(SWEEP, env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^WARN .*The chat at CHAT_WEBHOOK_URL did not take a message: it answered 500$/m);
  expect(stderr).not.toContain(SECRET);
  status = 200;
  await runCli(SWEEP, env);
  await runCli(SWEEP, env);
  expect(told.map(({ text }) => text.includes('Birch Brunch'))).toEqual([true, true]);
});
