import { z } from 'zod';
import { type Cents, cents, zero } from '../domain/money.js';
import { addDays, localDate, localDateTime } from '../domain/zones.js';
import { AppError } from '../errors.js';
import { clearAway } from './clear.js';
import { adviceOfFindings, advisedWays, conclude, statesToConfirm, unlike } from './conclude.js';
import type { Hands } from './hands.js';
import { Maker, type MakerOptions } from './maker.js';
import { marks } from './marks.js';
import {
  allWays,
  LATER,
  paidStates,
  probes,
  type Trial,
  type TrialLine,
  trialName,
  trialOrder,
} from './orders.js';
import { isOpenedSince, isWorkedOn } from './readings.js';
import type { RawFields, RawOrder } from './session.js';

/** What {@link Certifier} works with. */
export interface CertifierOptions extends MakerOptions {
  hands: Hands;
}

const IMPOSSIBLE = {
  local_id: 'ts-reconcile certify: no such order',
  uuid: '00000000-0000-5000-8000-00000000ce27',
} as const;
/** After this local time an order can no longer be dated well ahead on the same day. */
const LATEST = '22:00:00';

/** The phases, each of which goes on where it was left; what it answers is what is left in it for a person. */
export class Certifier {
  readonly #options: CertifierOptions;
  readonly #maker: Maker;

  constructor(options: CertifierOptions) {
    this.#options = options;
    this.#maker = new Maker(options);
  }

  /** Runs a phase; what is left in it, a few words each. */
  async run(phase: number): Promise<string[]> {
    const { session } = this.#options;
    const left = await this.#phase(phase);
    const others = session.done.filter((one) => one !== phase);
    session.done = left.length === 0 ? [...others, phase].sort((a, b) => a - b) : others;
    await this.#options.save();
    return left;
  }

  #phase(phase: number): Promise<string[]> {
    switch (phase) {
      case 1:
        return this.#lookUps();
      case 2:
        return this.#books();
      case 3:
        return this.#open();
      case 4:
        return this.#marks();
      case 5:
        return this.#days();
      default:
        return this.#clear();
    }
  }

  // Phase 1: nothing is written.

  async #lookUps(): Promise<string[]> {
    const { probe } = this.#options;
    const newest = await this.#maker.rows('/resources/Order/', { order_by: '-id', limit: '1' });
    const [sample] = newest.rows;
    if (sample !== undefined) await this.#filters(sample);
    const types = await probe('/resources/CustomPaymentType/', { limit: '1' });
    if (types.kind === 'answer') {
      const isListed =
        types.status === 200 && z.object({ objects: z.array(z.unknown()) }).safeParse(types.json).success;
      await this.#maker.tell('probe:paymentTypes', isListed ? 'listed' : 'not-listed');
    }
    const apidoc = await probe('/apidoc/Order/detail/');
    if (apidoc.kind === 'answer')
      await this.#maker.tell('probe:apidoc', apidoc.status === 200 ? 'served' : 'not-served');
    return [];
  }

  /** Asks each filter for what no order has, and for what this one has. */
  async #filters(sample: RawFields): Promise<void> {
    const local =
      typeof sample.local_id === 'string' && !sample.local_id.includes(',') ? sample.local_id : null;
    const asks: [name: string, field: string, impossible: string, real: string | null][] = [
      ['localIdFilter', 'local_id', IMPOSSIBLE.local_id, local],
      [
        'localIdList',
        'local_id__in',
        `${IMPOSSIBLE.local_id},${IMPOSSIBLE.local_id} 2`,
        local === null ? null : `${IMPOSSIBLE.local_id},${local}`,
      ],
      ['uuidFilter', 'uuid', IMPOSSIBLE.uuid, typeof sample.uuid === 'string' ? sample.uuid : null],
    ];
    for (const [name, field, impossible, real] of asks) {
      if (real === null || this.#maker.told(`probe:${name}`) !== null) continue;
      await this.#filter(name, '/resources/Order/', field, impossible, real, String(sample.id));
    }
  }

  async #filter(
    name: string,
    path: string,
    field: string,
    impossible: string,
    real: string,
    id: string,
  ): Promise<void> {
    const none = await this.#maker.rows(path, { [field]: impossible, limit: '5' });
    if (none.status === 400) return this.#maker.tell(`probe:${name}`, 'refused');
    if (none.status !== 200) return;
    if (none.rows.length > 0) return this.#maker.tell(`probe:${name}`, 'ignored');
    const one = await this.#maker.rows(path, { [field]: real, limit: '20' });
    // A filter that does not find what is there is no answer: nothing may rest on it.
    if (one.rows.some((row) => String(row.id) === id)) await this.#maker.tell(`probe:${name}`, 'works');
  }

  // Phase 2: one order for each way of keeping books, and all combinations on a hidden one.

  async #books(): Promise<string[]> {
    for (const trial of Object.values(probes)) await this.#makeTrial(trial);
    const first = this.#maker.id(trialName(probes.a));
    if (first !== null) {
      const own = await this.#maker.rows('/resources/Order/', { id: first });
      const [sample] = own.rows.filter(({ id }) => String(id) === first);
      if (sample !== undefined) await this.#filters(sample);
      const item = this.#maker.id(`${trialName(probes.a)}/1`);
      if (item !== null && this.#maker.told('probe:orderFilter') === null)
        await this.#filter('orderFilter', '/resources/OrderItem/', 'order', '0', first, item);
    }
    await this.#ledger();
    return [];
  }

  /** Every combination, unpaid, part-paid and paid, written on one order that staff cannot see, and read back. */
  async #ledger(): Promise<void> {
    const { session, say } = this.#options;
    const id = await this.#maker.header('ledger');
    const discounted = session.setup.discountId !== null;
    const all = allWays.flatMap((ways) => paidStates.map((paid) => ({ ways, paid })));
    say(`writing ${all.length} combinations on the hidden order ${id}`);
    for (const trial of all) {
      const name = `ledger:${trialName(trial)}`;
      if (this.#maker.told(name) !== null) continue;
      const { figures } = trialOrder(trial, discounted);
      await this.#maker.writer.change(name, 'Order', id, this.#maker.totals(figures, figures.remainingDue));
      const off = unlike(trial, session, { order: await this.#maker.readHeader(id) });
      await this.#maker.tell(name, off.length === 0 ? 'as-written' : off.join(', '));
    }
    try {
      await this.#maker.writer.make({
        name: 'service-fee',
        resource: 'AppliedServiceFee',
        orderId: id,
        mayBeRefused: true,
        body: {
          order: `/resources/Order/${id}/`,
          name: 'Certify service fee',
          amount: 1.9,
          created_by: this.#maker.user,
          updated_by: this.#maker.user,
          created_date: this.#maker.now(),
          updated_date: this.#maker.now(),
        },
      });
    } catch (error) {
      // Nothing rests on it, and it hangs on an order that nobody sees: nor does it stop a key that may not look for it.
      if (!(error instanceof AppError) || !['UPSTREAM', 'CREDENTIALS'].includes(error.code)) throw error;
      say(`service fees: ${error.message}`);
    }
  }

  async #makeTrial(trial: Trial): Promise<void> {
    const { session, say } = this.#options;
    const name = trialName(trial);
    if (session.raw[`${name}@written`]) return;
    const { lines, figures } = trialOrder(trial, session.setup.discountId !== null);
    const id = await this.#maker.header(name);
    say(
      `order ${id}: gratuity ${trial.ways.gratuity}, fees ${trial.ways.fees}, tax ${trial.ways.tax}, ${trial.paid}`,
    );
    for (const [index, line] of lines.entries())
      await this.#maker.line(`${name}/${index + 1}`, id, line, index + 1);
    const asked = cents(figures.remainingDue + figures.payment + figures.tip);
    await this.#maker.writer.change(`${name}/totals`, 'Order', id, this.#maker.totals(figures, asked));
    if (figures.payment + figures.tip > 0) {
      const watched = trial === probes.c;
      if (watched) await this.#maker.observe('due@before', id);
      await this.#maker.payment(`${name}/payment`, id, figures.payment, figures.tip);
      if (watched) await this.#maker.observe('due@after', id);
    }
    await this.#maker.show(name, id, figures.remainingDue);
    await this.#maker.observe(`${name}@written`, id);
  }

  // Phase 3: a person opens the orders; then those of the ways that have survived.

  async #open(): Promise<string[]> {
    const { session, clock } = this.#options;
    const left: string[] = [];
    for (const trial of Object.values(probes)) left.push(...(await this.#openTrial(trial)));
    if (left.length > 0) return left;
    const advice = adviceOfFindings(conclude(session, clock.now()), session);
    const ways = advisedWays(advice);
    if (ways === null) return left;
    for (const paid of statesToConfirm(advice)) {
      await this.#makeTrial({ ways, paid });
      left.push(...(await this.#openTrial({ ways, paid })));
    }
    return left;
  }

  async #openTrial(trial: Trial): Promise<string[]> {
    const name = trialName(trial);
    const opened = await this.#opened(name, `${name}@written`, `${name}@opened`, false);
    const id = this.#maker.id(name);
    if (opened === null) return [`open order ${id}`];
    const written = this.#options.session.raw[`${name}@written`];
    if (written && isWorkedOn(written, opened))
      return [
        `order ${id} was paid, or a line of it voided, so that nothing follows from it: end the session with ts-reconcile certify --phase 6, and begin another`,
      ];
    if (this.#maker.told(`balance:${name}`) === null) {
      const answer = await this.#options.hands({ kind: 'balance', order: this.#maker.shown(name) });
      if (answer !== null) await this.#maker.tell(`balance:${name}`, answer);
    }
    return [];
  }

  /** Has a person open the order, and reads it when Revel shows that they have; null: it was not opened. */
  async #opened(name: string, before: string, after: string, again: boolean): Promise<RawOrder | null> {
    const { session, hands, say, save } = this.#options;
    const known = session.raw[after];
    const was = session.raw[before];
    const id = this.#maker.id(name);
    if (known || !was || id === null) return known ?? null;
    for (let tries = 0; tries < 5; tries += 1) {
      const raw = await this.#maker.read(id);
      const isOpened = again ? raw.order.check_sum !== was.order.check_sum : isOpenedSince(was, raw);
      if (isOpened) {
        session.raw[after] = raw;
        await save();
        return raw;
      }
      if (tries > 0)
        say(`Revel does not show yet that a POS has opened order ${id}${again ? ' again' : ''}.`);
      if ((await hands({ kind: 'open', order: this.#maker.shown(name), again })) === null) return null;
    }
    return null;
  }

  // Phase 4: the same uuid twice, and rows that are marked deleted.

  async #marks(): Promise<string[]> {
    await this.#twins();
    const { session } = this.#options;
    const id = await this.#maker.header('marks');
    const line = (name: string, product: 0 | 1 | 2, price: Cents): TrialLine => ({
      product,
      name,
      quantity: 1,
      price,
      tax: zero,
    });
    const base = cents(1240);
    if (!session.raw['marks@written']) {
      await this.#maker.line('marks/line', id, line('Certify line 1', 0, base), 1);
      await this.#maker.line('marks/line2', id, line('Certify line 2', 1, cents(935)), 2);
      await this.#maker.line('marks/extra', id, line('Certify marked line', 1, marks.extra), 3);
      const subtotal = cents(base + 935 + marks.extra);
      const paid = cents(marks.kept + marks.marked);
      const figures = {
        subtotal,
        discount: zero,
        tax: zero,
        gratuity: zero,
        surcharge: zero,
        finalTotal: subtotal,
      };
      await this.#maker.writer.change(
        'marks/totals',
        'Order',
        id,
        this.#maker.totals(figures, cents(subtotal - paid)),
      );
      await this.#maker.payment('marks/kept', id, marks.kept, zero);
      await this.#maker.payment('marks/marked', id, marks.marked, zero);
      await this.#maker.payment('marks/negative', id, marks.negative, zero, true);
      await this.#maker.show('marks', id, cents(subtotal - paid));
      await this.#maker.observe('marks@written', id);
    }
    if (!session.raw['marks@marked']) {
      await this.#maker.mark('marks/extra', 'OrderItem');
      await this.#maker.mark('marks/marked', 'Payment');
      await this.#maker.observe('marks@marked', id);
    }
    const gone = await this.#maker.header('gone');
    if (!session.raw['gone@written']) {
      await this.#maker.line('gone/line', gone, line('Certify line 1', 0, base), 1);
      const figures = {
        subtotal: base,
        discount: zero,
        tax: zero,
        gratuity: zero,
        surcharge: zero,
        finalTotal: base,
      };
      await this.#maker.writer.change('gone/totals', 'Order', gone, this.#maker.totals(figures, base));
      await this.#maker.show('gone', gone, base);
      await this.#maker.observe('gone@written', gone);
    }
    const opened = await this.#opened('marks', 'marks@marked', 'marks@opened', false);
    if (opened === null) return [`open order ${id}, and say whether order ${gone} is in the list`];
    const left = await this.#markListed(gone);
    await this.#maker.mark('marks/line', 'OrderItem');
    const again = await this.#opened('marks', 'marks@opened', 'marks@again', true);
    return again === null ? [...left, `open order ${id} once more`] : left;
  }

  async #twins(): Promise<void> {
    const id = await this.#maker.header('uuid');
    const line = { product: 0, name: 'Certify line 1', quantity: 1, price: cents(1240), tax: zero } as const;
    await this.#maker.line('uuid/line', id, line, 1);
    await this.#maker.payment('uuid/payment', id, cents(100), zero);
    const twin = { mayBeRefused: true };
    const body = this.#maker.headerBody('uuid', this.#maker.now());
    await this.#maker.writer.make({
      ...twin,
      name: 'twin:Order',
      resource: 'Order',
      orderId: null,
      twinOf: 'uuid',
      body,
    });
    await this.#maker.line('twin:OrderItem', id, line, 2, 'uuid/line');
    await this.#maker.payment('twin:Payment', id, cents(100), zero, true, 'uuid/payment');
  }

  /** Marks the order once it is on the iPad: whether one goes that an iPad has never had tells nothing of others. */
  async #markListed(gone: string): Promise<string[]> {
    const { session, hands, say } = this.#options;
    if (!session.raw['gone@marked']) {
      const [order, beside] = [this.#maker.shown('gone'), this.#maker.shown('marks')];
      const isKnown = this.#maker.told('listed:gone@written') === 'yes';
      if (!isKnown && (await hands({ kind: 'listed', order, beside, marked: false })) !== 'yes')
        return [`find order ${gone} in the list of orders on the iPad`];
      await this.#maker.tell('listed:gone@written', 'yes');
      await this.#maker.mark('gone', 'Order');
      await this.#maker.observe('gone@marked', gone);
      say(`order ${gone} is marked deleted; give the iPad a minute`);
    }
    return this.#askListed('gone', 'marks');
  }

  /** Asks whether a marked order is still there for staff. */
  async #askListed(what: string, beside: string, order = what): Promise<string[]> {
    if (this.#maker.told(`listed:${what}`) !== null) return [];
    // Without the mark, everybody knows.
    if (this.#options.session.raw[`${what}@marked`]?.order.deleted !== true) return [];
    const { hands } = this.#options;
    const answer = await hands({
      kind: 'listed',
      order: this.#maker.shown(order),
      beside: this.#maker.shown(beside),
      marked: true,
    });
    if (answer === null) return [`say whether order ${this.#maker.id(order)} is still there`];
    await this.#maker.tell(`listed:${what}`, answer);
    return [];
  }

  // Phase 5: on which day a sale counts.

  async #days(): Promise<string[]> {
    const { clock, session, say, hands } = this.#options;
    const { timezone } = session.setup;
    if (session.rows.midnight === undefined) {
      const today = localDate(clock.now(), timezone);
      await this.#maker.tell('day:before', addDays(today, -1));
      await this.#maker.tell('day:date', today);
    }
    const date = this.#maker.told('day:date') ?? '';
    const isBefore = (time: string) => localDateTime(clock.now(), timezone) < `${date}T${time}`;
    const isDatedAhead = session.rows.later !== undefined || isBefore(LATEST);
    const dated: [name: string, time: string][] = [
      ['midnight', '00:00:00'],
      ...(isDatedAhead ? [['later', LATER] as [string, string]] : []),
    ];
    if (!isDatedAhead) say('It is too late in the day to date an order ahead: that stays unknown.');
    const price = cents(1240);
    const left: string[] = [];
    for (const [name, time] of dated) {
      const id = await this.#maker.header(name, `${date}T${time}`);
      const line = { product: 0, name: 'Certify line 1', quantity: 1, price, tax: zero } as const;
      await this.#maker.line(`${name}/line`, id, line, 1);
      const figures = {
        subtotal: price,
        discount: zero,
        tax: zero,
        gratuity: zero,
        surcharge: zero,
        finalTotal: price,
      };
      await this.#maker.writer.change(`${name}/totals`, 'Order', id, this.#maker.totals(figures, price));
      await this.#maker.payment(`${name}/payment`, id, price, zero);
      await this.#maker.show(name, id, zero);
      if (!session.raw[`${name}@written`]) await this.#maker.observe(`${name}@written`, id);
    }
    if (isDatedAhead && isBefore(LATER) && this.#maker.told('listed:later') === null) {
      const [order, beside] = [this.#maker.shown('later'), this.#maker.shown('midnight')];
      const answer = await hands({ kind: 'listed', order, beside, marked: false });
      if (answer === null) left.push(`say, today before 23:00, whether order ${order.id} is on the iPad`);
      else await this.#maker.tell('listed:later', answer);
    }
    for (const [name] of dated) {
      if (this.#maker.told(`day:${name}`) !== null) continue;
      const answer = await hands({ kind: 'day', order: this.#maker.shown(name), date });
      if (answer === null) left.push(`say on which day order ${this.#maker.id(name)} stands`);
      else await this.#maker.tell(`day:${name}`, answer);
    }
    return left;
  }

  // Phase 6: what was made is taken away, as far as the account lets one.

  #clear(): Promise<string[]> {
    const { session, say, clock } = this.#options;
    const ask = (beside: string, order: string) => this.#askListed('opened', beside, order);
    return clearAway({ session, maker: this.#maker, say, now: () => clock.now(), ask });
  }
}
