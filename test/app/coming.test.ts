import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayToTell, tellComing } from '../../src/app/coming.js';
import { openStateFor } from '../../src/app/open.js';
import { loadConfig, needsOf } from '../../src/config/load.js';
import { Terminal } from '../commands/terminal.js';
import { TestWorld } from '../helpers/world.js';

const ZONE = 'America/Los_Angeles';

describe('the day whose preview is mailed', () => {
  it.each([
    ['before six in the morning', '2026-11-14T13:59:59Z', null, null],
    ['at six', '2026-11-14T14:00:00Z', null, '2026-11-14'],
    ['late in the evening, which is the next day elsewhere', '2026-11-15T07:30:00Z', null, '2026-11-14'],
    ['told already', '2026-11-14T20:00:00Z', '2026-11-14', null],
    ['told the day before', '2026-11-14T20:00:00Z', '2026-11-13', '2026-11-14'],
    ['told who knows what', '2026-11-14T20:00:00Z', { day: 1 }, '2026-11-14'],
  ])('%s', (_, now, told, day) => {
    expect(dayToTell(Date.parse(now), ZONE, told)).toBe(day);
  });
});

describe('the preview of the day', () => {
  let world: TestWorld;
  beforeEach(async () => {
    world = await TestWorld.start();
  });
  afterEach(() => world.close());

  it('is not made again by a sweep that read the cache before another one told of it', async () => {
    const on = new Terminal(
      world.env(world.newStateDir(), { CHAT_WEBHOOK_URL: 'http://127.0.0.1:9/', EMAIL_ON: 'preview' }),
    );
    const loaded = loadConfig({ env: on.around.env, cwd: on.around.cwd, needs: needsOf.sync });
    // Where it is noon, or near it, whenever this is run.
    const timezone = ['UTC', 'Asia/Tokyo', 'America/Los_Angeles'].find((zone) =>
      [-6, 0, 1].every((hours) => dayToTell(Date.now() + hours * 3_600_000, zone, null) !== null),
    );
    const config = {
      ...loaded,
      locations: loaded.locations.map((each) => ({ ...each, timezone: timezone ?? 'UTC' })),
    };
    const open = () => openStateFor(config, on.around, false);
    const [mine, other] = [await open(), await open()];
    await mine.cache.get('preview-told');
    await other.cache.set('preview-told', dayToTell(Date.now(), timezone ?? 'UTC', null));
    await other.cache.flush();
    const said: string[] = [];
    const log = { warn: (line: string) => said.push(line) } as never;
    await tellComing({ config, state: mine, stop: on.stop.signal, log });
    expect(said).toEqual([]);
    expect(world.tripleseatServer.log.entries()).toEqual([]);
    await Promise.all([mine.close(), other.close()]);
  });
});
