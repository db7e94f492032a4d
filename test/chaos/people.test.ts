import { describe, expect, onTestFinished, test } from 'vitest';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { places } from '../../src/sandbox/world/places.js';
import { type Fault, faults } from '../helpers/boundary.js';
import { disturbances, endState, wrongWith } from '../helpers/check.js';
import { startCli } from '../helpers/cli.js';
import { syncHere } from '../helpers/sync-here.js';
import { partyOptions, TestWorld } from '../helpers/world.js';
import { makeEvent } from '../simulators/make-event.js';

/** Of the cases one in so many, more for a pipeline whose time is short: each is played without processes elsewhere. */
const ONE_OF = 2 * Number(process.env.BOUNDARIES ?? 1);
const LANES = 4;
const PATIENCE = { timeout: 900_000 };
/** What may befall the write of a person's run that is cut off or learns nothing of it. */
const CUTS = faults.filter(({ name }) =>
  ['reset after commit', 'SIGKILL before commit', 'SIGKILL after commit'].includes(name),
);

/** What the person does about it. */
type Deed = 'replace' | 'payment';

/**
 * An event whose order staff can see and that was edited since, or paid more, and the processes of a person and of others.
 */
class Changed {
  readonly problems = new Set<string>();
  readonly world: TestWorld;
  readonly deed: Deed;
  readonly before: RawRecord;
  readonly after: RawRecord;
  /** Cents. */
  readonly #paid: number;

  private constructor(world: TestWorld, deed: Deed) {
    this.world = world;
    this.deed = deed;
    this.before = world.addEvent();
    const options = partyOptions(Number(this.before.id), places.west, Date.now());
    const [document] = options.documents ?? [];
    const lines = (document?.lines ?? []).slice(0, 3);
    const payments = [...(document?.payments ?? []), ...(deed === 'payment' ? [{ amount: 2_500 }] : [])];
    this.#paid = payments.reduce((sum, { amount }) => sum + amount, 0);
    const edited =
      deed === 'replace' ? { ...document, lines } : { ...document, lines: document?.lines ?? [], payments };
    this.after = makeEvent({ ...options, documents: [edited] });
  }

  static async start(deed: Deed): Promise<Changed> {
    let changed: Changed | null = null;
    const onRevelChange = () => changed?.look();
    const world = await TestWorld.start({ inFlightSeconds: 1.5, onRevelChange });
    changed = new Changed(world, deed);
    await changed.sync();
    world.tripleseat.store.putEvent(changed.after);
    return changed;
  }

  /** At every moment staff see one order at most, which is what the event is or was, and what was paid counts once. */
  look(): void {
    const { revel } = this.world;
    const states = [this.before, this.after].map((event) => endState(revel, event));
    const [{ live } = { live: [] }] = states;
    if (live.length > 1) this.problems.add(`staff see orders ${live.map(({ id }) => id).join(' and ')}`);
    for (const { id } of this.deed === 'payment' ? live : []) {
      const rows = revel.payments(id).filter(({ deleted }) => !deleted);
      const sum = rows.reduce((all, { amount }) => all + Math.round(Number(amount) * 100), 0);
      if (sum > this.#paid) this.problems.add(`order ${id} has ${sum} cents of ${this.#paid} paid`);
    }
    // Between the payment and what is due it is of neither state, and says that too much is due.
    if (this.deed === 'payment') return;
    const wrong = states.map(({ torn, doubled }) => [
      ...torn.filter((each) => !/ (?:filling|claiming) [0-9a-f]+"$/.test(each)),
      ...doubled.filter((each) => !each.includes('leftovers')),
    ]);
    if (live.length === 1 && wrong.every((list) => list.length > 0)) {
      this.problems.add(
        `staff see what the event never was: ${wrong.map((list) => list.join('; ')).join(' | ')}`,
      );
    }
    const paid = revel
      .orders()
      .filter(
        ({ id, local_id }) => local_id === `Triple Seat_${this.before.id}` && revel.history(id).length > 0,
      )
      .filter(({ id }) => revel.payments(id).some(({ deleted }) => !deleted));
    if (paid.length > 1) this.problems.add(`orders ${paid.map(({ id }) => id).join(' and ')} are both paid`);
  }

  sync(stateDir = this.world.newStateDir()) {
    return syncHere(this.world.env(stateDir), [this.before]);
  }

  /** A person who does it, whatever the account does with marks. */
  decide(changes: Record<string, string> = {}) {
    const args = ['resolve', String(this.before.id), `--${this.deed}`, '--yes', '--uncertified', '--json'];
    return startCli(args, this.world.env(this.world.newStateDir(), changes));
  }

  /** Whatever was begun is gone on with by anybody, or has come to nothing and is begun again. */
  async ends(): Promise<string[]> {
    const next = await this.sync();
    const reason = next.report.events[0]?.reason;
    if (reason === 'DRIFT') {
      const again = await this.decide().done;
      if (again.code !== 0) this.problems.add(`decided again, it ended with ${again.code}: ${again.stderr}`);
    } else if (next.code !== 0) {
      this.problems.add(`the next run ended with ${next.code}: ${next.stderr}${next.stdout}`.slice(0, 2_000));
    }
    const quiet = await disturbances(this.world, [this.after], this.world.newStateDir());
    const wrong = wrongWith(this.world.revel, this.after, this.deed === 'payment');
    return [...wrong, ...this.problems, ...quiet];
  }
}

/** How many requests to Revel a person's run takes that nothing befalls; by number, its method. */
async function requests(deed: Deed): Promise<string[]> {
  const changed = await Changed.start(deed);
  try {
    const before = changed.world.revelServer.log.entries().length;
    const { code, stderr } = await changed.decide().done;
    expect(code, stderr).toBe(0);
    expect(await changed.ends()).toEqual([]);
    const sent = changed.world.revelServer.log.entries().slice(before);
    return sent.map(({ method }) => method).slice(0, sent.length - 1);
  } finally {
    await changed.world.close();
  }
}

/** What is wrong after a person's run was struck at its n-th write, with a run of another host beside it or without. */
async function struck(deed: Deed, fault: Fault, write: number, isBeside: boolean): Promise<string[]> {
  const changed = await Changed.start(deed);
  const { world } = changed;
  try {
    const timeout: Record<string, string> =
      fault.timeoutMs === undefined ? {} : { HTTP_TIMEOUT_MS: String(fault.timeoutMs) };
    const person = changed.decide(timeout);
    let writes = -1;
    world.revelGate.reset(({ method }) => {
      if (method === 'GET') return { kind: 'none' };
      writes += 1;
      if (writes !== write) return { kind: 'none' };
      if (fault.kill) person.child.kill('SIGKILL');
      return fault.decision;
    });
    const beside = isBeside ? changed.sync() : null;
    await Promise.all([person.done, beside]);
    world.revelGate.reset();
    const told = writes >= write ? [] : [`there was no write ${write}`];
    return [...told, ...(await changed.ends())].map(
      (problem) => `${fault.name} at write ${write}${isBeside ? ' beside a sync' : ''}: ${problem}`,
    );
  } finally {
    await world.close();
  }
}

describe('a person who decides', () => {
  test.each([
    // The header, three lines, totals, the mark, what was paid taken off, the payment, printed, shown.
    ['replaces an order', 'replace', 10],
    // The claim, the mark, the payment, what is due.
    ['adds what was paid since', 'payment', 4],
  ] as const)(
    'and %s leaves one right order, at whichever write the run is cut off and whoever comes next',
    PATIENCE,
    async (_, deed, least) => {
      const writes = (await requests(deed)).filter((method) => method !== 'GET').length;
      expect(writes).toBeGreaterThanOrEqual(least);
      const cases = CUTS.flatMap((fault) =>
        Array.from({ length: writes }, (_, write) => ({
          fault,
          write,
          isBeside: (write + fault.name.length) % 2 === 0,
        })),
      ).filter((_, index) => index % ONE_OF === 0);
      const wrong: string[] = [];
      const total = cases.length;
      const lanes = Array.from({ length: LANES }, async () => {
        for (let each = cases.shift(); each; each = cases.shift()) {
          wrong.push(...(await struck(deed, each.fault, each.write, each.isBeside)));
        }
      });
      await Promise.all(lanes);
      expect(wrong).toEqual([]);
      console.log(`${total} cuts at ${writes} writes of --${deed}`);
    },
  );
});

describe('people who decide at once', () => {
  test.each(['replace', 'payment'] as const)(
    'of three who do the same (--%s), with two syncs beside them, one wins and the others say so',
    PATIENCE,
    async (deed) => {
      const changed = await Changed.start(deed);
      onTestFinished(() => changed.world.close());
      const people = [changed.decide(), changed.decide(), changed.decide()].map(({ done }) => done);
      const codes = (await Promise.all([...people, changed.sync(), changed.sync()])).map(({ code }) => code);
      expect(codes.filter((code) => code !== 0 && code !== 1)).toEqual([]);
      expect(await changed.ends()).toEqual([]);
    },
  );
});
