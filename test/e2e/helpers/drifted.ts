import { expect } from 'vitest';
import { places } from '../../../src/sandbox/world/places.js';
import { SWEEP, syncHere } from '../../helpers/sync-here.js';
import { partyOptions, TestWorld } from '../../helpers/world.js';
import { makeEvent } from '../../simulators/make-event.js';
import { runTool, type ToolResult } from './tool.js';

/** A world with one event, whose order no longer equals it. Its sweeps run in this process: that is much quicker. */
export class Drifted {
  readonly world: TestWorld;
  readonly env: Record<string, string>;
  readonly event: { id: number };

  private constructor(world: TestWorld) {
    this.world = world;
    this.env = world.env(world.newStateDir());
    this.event = world.addEvent();
  }

  static async start(): Promise<Drifted> {
    const drifted = new Drifted(await TestWorld.start());
    expect((await drifted.sweep()).code).toBe(0);
    drifted.sells('Taco Bar', 32);
    return drifted;
  }

  sells(name: string, price: number): void {
    const documents = [{ lines: [{ name, quantity: '10.0', price: price * 10 }] }];
    const options = { ...partyOptions(this.event.id, places.west, Date.now()), documents };
    this.world.tripleseat.store.putEvent(makeEvent(options));
  }

  /** Runs a sweep: its exit code, and what it says of the event. */
  async sweep(): Promise<{ code: number; result: Record<string, unknown> }> {
    const { code, report } = await syncHere(this.env, SWEEP);
    const result = report.events.find(({ id }) => id === String(this.event.id));
    return { code, result: { ...result } };
  }

  resolve(...args: string[]): Promise<ToolResult> {
    return runTool(['resolve', String(this.event.id), ...args], this.env);
  }

  /** How many requests to Revel were more than reads. */
  writes(): number {
    return this.world.revelServer.log.entries().filter(({ method }) => method !== 'GET').length;
  }
}
