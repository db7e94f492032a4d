/**
 * Breadth-first over the canonical states of two runs. A state is five numbers: the view (true rows, what lists may
 * still show, the state of the event), each host's slot (its Knowledge, and its write under way), the requests of runs
 * that wait for them no longer, and what may still go wrong. What a run does next depends on its slot and the view
 * alone, so it is computed once for each pair.
 */

import { startOf, stuck } from './clean.js';
import { encode, isFixed, NOW, Numbered, older, rebuilt, rows } from './intern.js';
import { type Flight, outcomes, type Slot, type View } from './moves.js';
import { KINDS, type Kind, type Scope } from './scope.js';
import { carryOut, DEEDS, misdeed, versions, type World, wrong } from './world.js';

/** Something that must never be, with the shortest way there. */
interface Violation {
  text: string;
  depth: number;
  trace: string;
}

export interface Limits {
  seconds: number;
  /** Kinds of violations, after which the search ends. */
  violations: number;
  states: number;
}

export interface Searched {
  /** Every state within the bounds was visited. */
  isComplete: boolean;
  states: number;
  transitions: number;
  /** Moves of the longest of the shortest ways to a state, the passing of time included. */
  depth: number;
  /** Of the processor. */
  seconds: number;
  megabytes: number;
  slots: number;
  views: number;
  pairs: number;
  /** Situations from which a clean run was tried. */
  tried: number;
  violations: Violation[];
}

interface Move {
  slot: number;
  view: number;
  kind: Kind | null;
  orphan: Flight | null;
  violation: string | null;
}
interface Local {
  isBusy: boolean;
  moves: Move[];
}

/** A state: view, slot of a, slot of b, requests under way, budget. */
type State = readonly [number, number, number, number, number];
/** Called for each thing that can happen next; a tick has no label. */
type Visit = (label: () => string, to: State, violation: string | null) => void;

const ALL = KINDS.length;

export function search(scope: Scope, limits: Limits): Searched {
  const wanted = versions(scope.lines, scope.start, scope.moves);
  const worlds = new Numbered<World>();
  const views = new Numbered<View>(
    ({ world, olds, state }) =>
      `${worlds.number(world)};${olds.map((w) => worlds.number(w)).join()};${state}`,
  );
  const slots = new Numbered<Slot>();
  const flights = new Numbered<readonly Flight[]>((list) => list.map(encode).sort().join(' '));
  const budgets = new Numbered<readonly number[]>();
  const locals = new Map<number, Local>();

  function localOf(slot: number, view: number): Local {
    const key = view * 2 ** 26 + slot;
    const known = locals.get(key);
    if (known) return known;
    const seen = views.get(view);
    const { isBusy, list } = outcomes(slots.get(slot), seen, scope, wanted);
    const moves = list.map(({ slot: to, world, kind, orphan, violation }) => ({
      kind,
      orphan,
      violation,
      slot: slots.number(to),
      view: world === seen.world ? view : changed(seen, world),
    }));
    const local = { isBusy, moves };
    locals.set(key, local);
    return local;
  }

  /** Lists may go on showing what was there before a change. */
  const changed = (seen: View, world: World) =>
    views.number({
      ...seen,
      world,
      olds: scope.lag > 0 && seen.olds.length === 0 ? [seen.world] : seen.olds,
    });

  const viewTick = ({ world, olds, state }: View): View => {
    const all = [...olds, world].map((w) => older(w, scope.caps));
    const kept = scope.lag === 0 ? [] : all.slice(-scope.lag);
    const last = all.at(-1) as World;
    const text = encode(last);
    return { world: last, olds: kept.every((w) => encode(w) === text) ? [] : kept, state };
  };
  const flightsTick = (list: readonly Flight[]) =>
    older(list, scope.caps).filter(({ until }) => until >= NOW);

  function spent(budget: number, kind: Kind): number {
    const left = budgets.get(budget);
    const i = KINDS.indexOf(kind);
    if (left[i] === 0 || left[ALL] === 0) return -1;
    return budgets.derive(kind, budget, (of) => {
      if (of[ALL] === 1) return of.map(() => 0);
      return of.map((n, at) => (at === i || at === ALL ? n - 1 : n));
    });
  }

  /** Everything that can happen next, in a fixed order. */
  function each([view, a, b, dead, budget]: State, visit: Visit): void {
    const left = slots.get(a);
    const right = slots.get(b);
    let isBusy = false;
    for (const n of [0, 1]) {
      const [slot, other] = n === 0 ? [left, right] : [right, left];
      if (scope.share && other.run !== null && slot.run === null) continue;
      const local = localOf(n === 0 ? a : b, view);
      isBusy ||= local.isBusy;
      for (const [i, move] of local.moves.entries()) {
        const after = move.kind === null ? budget : spent(budget, move.kind);
        if (after < 0) continue;
        const under = move.orphan ? flights.number([...flights.get(dead), move.orphan]) : dead;
        const to: State =
          n === 0 ? [move.view, move.slot, b, under, after] : [move.view, a, move.slot, under, after];
        const label = () =>
          `${slot.host.toUpperCase()} ${outcomes(slot, views.get(view), scope, wanted).list[i]?.label}`;
        visit(label, to, move.violation);
      }
    }
    const seen = views.get(view);
    const list = flights.get(dead);
    list.forEach(({ request }, i) => {
      const { world } = carryOut(seen.world, request);
      const to: State = [changed(seen, world), a, b, flights.number(list.filter((_, m) => m !== i)), budget];
      const what = request.to === 'change' ? request.what : request.to;
      visit(
        () => `(the ${what} that nobody waits for lands)`,
        to,
        misdeed(seen.world, world, request, scope.start) ?? wrong(world, wanted, scope.start),
      );
    });
    const staff = spent(budget, 'staff');
    if (staff >= 0) {
      for (const deed of scope.deeds) {
        for (const { id, deleted } of seen.world.orders) {
          const world = deleted ? undefined : DEEDS[deed]?.(seen.world, id);
          if (world && world !== seen.world) {
            visit(() => `(staff: ${deed}, order ${id})`, [changed(seen, world), a, b, dead, staff], null);
          }
        }
      }
    }
    const edit = spent(budget, 'edit');
    if (edit >= 0 && seen.state === 0) {
      visit(() => '(the event is edited)', [views.number({ ...seen, state: 1 }), a, b, dead, edit], null);
    }
    const isOver = [left, right].every(({ run, lives }) => !run && lives === 0) && list.length === 0;
    if (!isOver && (scope.slow || !isBusy)) {
      const tick = (slot: Slot) => older(slot, scope.caps);
      visit(
        () => '',
        [
          views.derive('tick', view, viewTick),
          slots.derive('tick', a, tick),
          slots.derive('tick', b, tick),
          flights.derive('tick', dead, flightsTick),
          budget,
        ],
        null,
      );
    }
  }

  const store = new States();
  /** The two hosts may change places: of the two ways to tell a state the one with the smaller numbers counts. */
  function add(to: State, parent: number, move: number): boolean {
    const [view, a, b, dead, budget] = to;
    const swap = (value: object) => swapped(value);
    const a2 = slots.derive('swap', b, (slot) => swap(slot) as Slot);
    const b2 = slots.derive('swap', a, (slot) => swap(slot) as Slot);
    if (a < a2 || (a === a2 && b < b2)) return store.add(to, parent, move);
    const v2 = views.derive('swap', view, (of) => swap(of) as View);
    const d2 = flights.derive('swap', dead, (of) => swap(of) as Flight[]);
    if (a === a2 && b === b2 && (view < v2 || (view === v2 && dead <= d2)))
      return store.add(to, parent, move);
    return store.add([v2, a2, b2, d2, budget], parent, move);
  }

  const started = process.cpuUsage();
  /** Of the processor: on a busy machine time says nothing. */
  const elapsed = () => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  const violations = new Map<string, Violation>();
  let depth = 0;

  /** Replays the moves; where a state was told with the hosts exchanged, they are exchanged in what follows. */
  function trace(last: number, label: () => string): string {
    const path: number[] = [];
    for (let i = last; i !== 0; i = store.parent(i)) path.unshift(i);
    const labels: string[] = [];
    let [from, isSwapped] = [0, false];
    const told = (text: string) =>
      isSwapped ? text.replace(/^[AB]/, (host) => (host === 'A' ? 'B' : 'A')) : text;
    for (const i of path) {
      let m = 0;
      const state = store.get(i);
      each(store.get(from), (text, to) => {
        if (m === store.move(i)) {
          labels.push(told(text()));
          if (state.some((n, at) => n !== to[at])) isSwapped = !isSwapped;
        }
        m += 1;
      });
      from = i;
    }
    let tick = 0;
    const lines = [...labels, told(label())].map((text) => {
      if (text === '') tick += 1;
      return text === '' ? '' : `${String(tick).padStart(5)}  ${text}`;
    });
    return lines.filter((text) => text !== '').join('\n');
  }
  function report(text: string, n: number, label: () => string): void {
    const kind = text.replace(/[0-9]+/g, '#').slice(0, 90);
    if (violations.has(kind)) return;
    violations.set(kind, { text, depth: depth + 1, trace: trace(n, label) });
  }

  const tried = new Set<string>();
  const clean = new Map<string, string | null>();
  /** From here a clean run must end right: depends on rows and requests under way alone. */
  function tryClean([view, a, b, dead]: State, n: number, label: () => string): void {
    const under = [slots.get(a), slots.get(b)].flatMap(({ run }) =>
      run?.flight && !run.flight.landed ? [{ request: run.flight.request, until: NOW }] : [],
    );
    const all = [...under, ...flights.get(dead).map(({ request }) => ({ request, until: NOW }))];
    const { world, state } = views.get(view);
    const key = `${worlds.number(world)};${state};${flights.number(all)}`;
    if (tried.has(key)) return;
    tried.add(key);
    let text: string | null;
    try {
      text = stuck(world, all, state, scope, wanted, clean);
    } catch (error) {
      text = `a clean run fails: ${error instanceof Error ? error.message : error}`;
    }
    if (text) report(text, n, label);
  }

  const start = views.number({ ...startOf(scope, wanted), olds: [] });
  const slot = (host: 'a' | 'b') => slots.number({ host, lives: scope.lives, run: null });
  const budget = budgets.number([...KINDS.map((kind) => scope.budget[kind]), scope.faults]);
  add([start, slot('a'), slot('b'), flights.number([]), budget], 0, 0);
  let [end, transitions, n] = [1, 0, 0];
  for (; n < store.size; n += 1) {
    if (n === end) {
      depth += 1;
      end = store.size;
    }
    if (violations.size >= limits.violations || store.size >= limits.states) break;
    if ((n & 255) === 0 && elapsed() > limits.seconds) break;
    let m = 0;
    const from = n;
    each(store.get(n), (label, to, violation) => {
      transitions += 1;
      if (violation) report(violation, from, label);
      else if (add(to, from, m)) tryClean(to, from, label);
      m += 1;
    });
  }
  return {
    isComplete: n === store.size,
    states: store.size,
    transitions,
    depth,
    seconds: elapsed(),
    megabytes: Math.round(process.memoryUsage().rss / 1e6),
    slots: slots.all.length,
    views: views.all.length,
    pairs: locals.size,
    tried: clean.size,
    violations: [...violations.values()],
  };
}

const exchanged = new WeakMap<object, object>();
const HOSTS = /(?<=^| filling | claiming | run )[ab0]{0,8}[ab]000000[0-9]$|^[ab]{8}$|^[ab]$/;
const other = (text: string) =>
  text.replace(HOSTS, (one) => one.replace(/[ab]/g, (c) => (c === 'a' ? 'b' : 'a')));

/** The same with the hosts exchanged. */
function swapped(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (key === 'print') return value.split('|').map(other).join('|');
    return key === 'notes' || key === 'reach' || key === 'run' || key === 'host' ? other(value) : value;
  }
  if (value === null || typeof value !== 'object') return value;
  const known = exchanged.get(value);
  if (known) return known;
  const after = rebuilt(value, key, swapped);
  if (!isFixed(value)) return after;
  const row = after === value ? value : rows.of(after);
  exchanged.set(value, row);
  return row;
}

/** All states by number, each with the state and the move that it was first reached by. */
class States {
  size = 0;
  #states = new Int32Array(5 * 2 ** 16);
  #parents = new Int32Array(2 ** 16);
  #moves = new Uint16Array(2 ** 16);
  #table = new Int32Array(2 ** 17);

  get(n: number): State {
    const [all, i] = [this.#states, 5 * n];
    return [all[i], all[i + 1], all[i + 2], all[i + 3], all[i + 4]] as unknown as State;
  }

  parent(n: number): number {
    return this.#parents[n] ?? 0;
  }

  move(n: number): number {
    return this.#moves[n] ?? 0;
  }

  /** False: it was there already. */
  add(state: State, parent: number, move: number): boolean {
    const table = this.#table;
    let at = hash(state) & (table.length - 1);
    for (; table[at] !== 0; at = (at + 1) & (table.length - 1)) {
      const [all, i] = [this.#states, 5 * ((table[at] ?? 0) - 1)];
      if (
        all[i] === state[0] &&
        all[i + 1] === state[1] &&
        all[i + 2] === state[2] &&
        all[i + 3] === state[3] &&
        all[i + 4] === state[4]
      ) {
        return false;
      }
    }
    table[at] = this.size + 1;
    this.#states.set(state, 5 * this.size);
    this.#parents[this.size] = parent;
    this.#moves[this.size] = move;
    this.size += 1;
    if (this.size * 2 >= table.length) this.#grow();
    return true;
  }

  #grow(): void {
    const states = new Int32Array(this.#states.length * 2);
    states.set(this.#states);
    const parents = new Int32Array(this.#parents.length * 2);
    parents.set(this.#parents);
    const moves = new Uint16Array(this.#moves.length * 2);
    moves.set(this.#moves);
    [this.#states, this.#parents, this.#moves] = [states, parents, moves];
    const table = new Int32Array(this.#table.length * 2);
    for (let n = 0; n < this.size; n += 1) {
      let at = hash(this.get(n)) & (table.length - 1);
      while (table[at] !== 0) at = (at + 1) & (table.length - 1);
      table[at] = n + 1;
    }
    this.#table = table;
  }
}

function hash([a, b, c, d, e]: State): number {
  let h =
    Math.imul(a, 0x9e3779b1) ^
    Math.imul(b, 0x85ebca6b) ^
    Math.imul(c, 0xc2b2ae35) ^
    Math.imul(d, 0x27d4eb2f) ^
    Math.imul(e, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
