import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CertifyOptions, certifyCommand } from '../../src/commands/certify.js';
import { TestWorld } from '../helpers/world.js';
import { Terminal } from './terminal.js';

const SHOP = 90;
let world: TestWorld;
let stateDir: string;

beforeEach(async () => {
  world = await TestWorld.start();
  world.revel.addEstablishment({ id: SHOP, name: 'Test Kitchen', timezone: 'America/Chicago' });
  world.revel.addPosStation({ id: 40, establishment: SHOP, name: 'Counter' });
  world.revel.addProduct({ id: 9001, establishment: SHOP, name: 'Test', price: 5 });
  stateDir = world.newStateDir();
});
afterEach(() => world.close());

/** `certify` with nobody beside it; what it throws counts as what it says. */
async function certify(
  changes: Partial<CertifyOptions>,
  env: Record<string, string> = {},
  on = new Terminal(world.env(stateDir, env)),
) {
  const options: CertifyOptions = {
    establishment: null,
    resume: false,
    phase: null,
    yes: true,
    liveShop: false,
    json: false,
    sandbox: false,
    input: process.stdin,
    ...changes,
  };
  const code = await certifyCommand(options, on.around).catch((error: unknown) => error);
  const said = code instanceof Error ? `${code.message} ${'hint' in code ? code.hint : ''}` : '';
  return { code, text: `${on.out.text}${said}`.replace(/\s+/g, ' ') };
}

const stored = (name: string) => join(stateDir, `${name}.json`);
const readStored = async (name: string) => JSON.parse(await readFile(stored(name), 'utf8'));
async function edit(changes: Record<string, unknown>) {
  await writeFile(stored('certify'), JSON.stringify({ ...(await readStored('certify')), ...changes }));
}

describe('a session of certify that cannot begin', () => {
  it('since Revel does not answer ends with 69, and advises no other establishment', async () => {
    const { code, text } = await certify({ establishment: SHOP }, { REVEL_BASE_URL: 'http://127.0.0.1:9' });
    expect(code).toMatchObject({ exitCode: 69 });
    expect(text).toMatch(
      /Revel could not be read: of establishment 90, .*\(4 attempts\)\. Nothing was written/,
    );
    expect(text).not.toContain('Give the id');
  });

  it('since the key may not read POS stations does not say that there are none', async () => {
    world.revel.configure({ permissions: { PosStation: 'none' } });
    const { code, text } = await certify({ establishment: SHOP });
    expect(code).toMatchObject({ exitCode: 69 });
    expect(text).toContain('of the POS stations, their list was answered 401. Nothing was written.');
  });

  it('since there is no such establishment says so', async () => {
    const { code, text } = await certify({ establishment: 4711 });
    expect(code).toMatchObject({ exitCode: 78 });
    expect(text).toContain('Establishment 4711 is not there (404). Give the id of a test establishment');
  });

  it('since somebody has pressed Ctrl-C ends with 130', async () => {
    const on = new Terminal(world.env(stateDir));
    on.stop.abort('SIGINT');
    const { code, text } = await certify({ establishment: SHOP }, {}, on);
    expect([code, text]).toEqual([130, '']);
  });
});

describe('a session of certify under way', () => {
  beforeEach(async () => {
    expect((await certify({ establishment: SHOP, phase: 1 })).code).toBe(1);
  });

  it.each([
    ['on another account', { account: 'other.revelup.com' }, 'on another account, other.revelup.com'],
    ['of another version', { format: 2 }, 'does not understand'],
  ])('%s is not written over', async (_, changes, sentence) => {
    await edit(changes);
    const before = await readFile(stored('certify'), 'utf8');
    for (const options of [{ establishment: SHOP }, { establishment: SHOP, phase: 1 }, { resume: true }]) {
      const { code, text } = await certify(options);
      expect(code).toMatchObject({ exitCode: 64 });
      expect(text).toContain(sentence);
    }
    expect(await readFile(stored('certify'), 'utf8')).toBe(before);
    await rm(stored('certify'));
    expect((await certify({ establishment: SHOP, phase: 1 })).code).toBe(1);
  });

  it('is not gone on with where runs send their orders meanwhile, but cleared away', async () => {
    const env = { TEST_ESTABLISHMENT_ID: String(SHOP) };
    const { code, text } = await certify({ resume: true }, env);
    expect(code).toMatchObject({ exitCode: 78 });
    expect(text).toContain('TEST_ESTABLISHMENT_ID');
    expect(world.revel.orders()).toEqual([]);
    expect((await certify({ phase: 6 }, env)).code).toBe(1);
  });

  it('is not taken for one on another establishment', async () => {
    world.revel.addEstablishment({ id: 91, name: 'Other Kitchen', timezone: 'America/Chicago' });
    const { code, text } = await certify({ establishment: 91, phase: 1 });
    expect(code).toMatchObject({ exitCode: 64 });
    expect(text).toContain(`is on establishment ${SHOP}, not on 91`);
  });

  it('that is ended early is not said to go on', async () => {
    const { code, text } = await certify({ phase: 6 });
    expect(code).toBe(1);
    expect(text).toContain('Ended without phase 2, 3, 4, 5');
    expect(text).not.toContain('--continue');
  });

  it('that was cut off at its very end is taken down all the same, once', async () => {
    await edit({ done: [1, 2, 3, 4, 5, 6] });
    await rm(stored('account'));
    const { code, text } = await certify({ resume: true });
    // Nobody has opened an order in it, so that it proves nothing.
    expect(code).toBe(1);
    expect(text).toContain('no books are confirmed, so that nothing is certified');
    expect(text).not.toContain('Certified with');
    expect(await readStored('account')).toMatchObject({ certifiedAt: expect.stringContaining('T') });
    expect((await readStored('certify')).endedAt).toBeGreaterThan(0);
    expect((await certify({ resume: true })).code).toMatchObject({ exitCode: 64 });
  });
});
