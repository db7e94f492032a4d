import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestWorld } from '../helpers/world.js';
import { runTool } from './helpers/tool.js';

let world: TestWorld;

beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

describe('products as a process', () => {
  it('writes nothing, neither to a service nor to disk but the renewed token', async () => {
    const lines = ['Taco Bar', 'O G'].map((name) => ({ name, quantity: '1.0', price: 100 }));
    world.addEvent({ documents: [{ lines }] });
    const env = world.env(world.newStateDir());
    const { code, stdout, stderr } = await runTool(['products', '--days', '0'], env);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      '1 event, 2 line names: 1 matched by name, 1 mapped\n\nToday: 1 event, 0 missing',
    );
    const entries = [...world.tripleseatServer.log.entries(), ...world.revelServer.log.entries()];
    const writes = entries
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
    expect(writes).toEqual(['POST /oauth2/token']);
    expect((await runTool(['history'], env)).stdout).toMatch(/^No runs/);
  });

  it('exits 77 for refused credentials, 78 for a wrong configuration, 69 when nothing answers', async () => {
    world.addEvent();
    const run = (changes: Record<string, string>) =>
      runTool(['products', '--days', '0'], world.env(world.newStateDir(), changes));
    expect(await run({ REVEL_API_SECRET: 'wrong' })).toMatchObject({ code: 77, stdout: '' });
    expect(await run({ REVEL_API_SECRET: '' })).toMatchObject({ code: 78, stdout: '' });
    world.tripleseatGate.reset(({ path }) =>
      path.includes('search') ? { kind: 'oversize', bytes: 9_000_000 } : { kind: 'none' },
    );
    expect((await run({})).code).toBe(69);
  });

  it('shows the sample world of the sandbox', async () => {
    const env = { PATH: process.env.PATH ?? '', STATE_DIR: world.path('sandbox') };
    const { code, stdout } = await runTool(['products', '--sandbox'], env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/missing +"Vegan Charcuterie Tower" matches no active product/);
    expect(stdout).toMatch(/ambiguous +"House Salad"/);
    expect(stdout).toContain('"Vegan Charcuterie Tower": 586');
  });
});
