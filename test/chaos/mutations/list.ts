/** One deliberate breakage: the text must stand exactly once in the file. */
export interface Mutation {
  name: string;
  file: string;
  find: string;
  replace: string;
}

/** Each takes away one of the things that exactly-once rests on. */
export const mutations: readonly Mutation[] = [
  {
    name: 'a look-up that fails counts as empty',
    file: 'src/revel/rest.ts',
    find: "if (status === 400) return { kind: 'refused' };",
    replace: "if (status !== 200) return { kind: 'ok', objects: [], total: 0, next: false };",
  },
  {
    name: 'a look-up that gets no answer counts as empty',
    file: 'src/revel/rest.ts',
    find: `      headers: this.#headers(),
    });
    if (outcome.kind === 'failure') return { kind: 'error', detail: describe('Revel', outcome) };
    const { status, body } = outcome.response;
    this.#refuseCredentials(status, request.path);`,
    replace: `      headers: this.#headers(),
    });
    if (outcome.kind === 'failure') return { kind: 'ok', objects: [], total: 0, next: false };
    const { status, body } = outcome.response;
    this.#refuseCredentials(status, request.path);`,
  },
  {
    name: 'a filter that is not obeyed counts as "not there"',
    file: 'src/revel/finder.ts',
    find: `    case 'ignored':
    case 'refused':
      return { kind: 'useless' };`,
    replace: `    case 'ignored':
    case 'refused':
      return { kind: 'ok' };`,
  },
  {
    name: 'a write without an answer is sent again at once',
    file: 'src/sync/attempts.ts',
    find: `        const found = await settle(writer, write, over);
        if (found !== null) return found;
        if (attempt`,
    replace: `        if (attempt`,
  },
  {
    name: 'a write without an answer is looked for only once',
    file: 'src/sync/attempts.ts',
    find: 'if (found !== null || now >= over) return found;',
    replace: 'if (found !== null || now < over) return found;',
  },
  {
    name: 'a sweep does not wait before it looks for a write without an answer',
    file: 'src/sync/attempts.ts',
    find: 'writer.aside(together - writer.now, () => look(shared))',
    replace: 'writer.aside(0, () => look(shared))',
  },
  {
    name: 'a 5xx answer counts as "not done"',
    file: 'src/revel/rest.ts',
    find: "if (status >= 500 || status === 408) return { kind: 'unknown',",
    replace: "if (status >= 500 || status === 408) return { kind: 'not-done', retry: true, retryAfterMs: 0,",
  },
  {
    name: 'a broken connection counts as "not sent"',
    file: 'src/revel/rest.ts',
    find: 'return answer.sent\n',
    replace: 'return answer.sent && false\n',
  },
  {
    name: 'no second look before the order becomes visible',
    file: 'src/sync/fill.ts',
    find: 'if (visible.length > 0 || (winner && winner.id !== order.id)) throw new Lost();',
    replace: '',
  },
  {
    name: 'no wait for rivals that lists do not show yet',
    file: 'src/sync/fill.ts',
    find: '  await settleCreation(session, header);\n',
    replace: '',
  },
  {
    name: 'the highest id wins',
    file: 'src/domain/plan.ts',
    find: '.sort((a, b) => Number(a.id) - Number(b.id));',
    replace: '.sort((a, b) => Number(b.id) - Number(a.id));',
  },
  {
    name: 'the payment goes in without a check of the lines',
    file: 'src/sync/fill.ts',
    find: 'if (missing.length === 0 && extra.length === 0) return;',
    replace: 'return;',
  },
  {
    name: 'visible first, paid later',
    file: 'src/sync/fill.ts',
    find: `  await pay(session, order, fresh);
  const payments = await verifyPayment(session, order);
  await markPrinted(session, order);
  await makeVisible(session, order);`,
    replace: `  await markPrinted(session, order);
  await makeVisible(session, order);
  await pay(session, order, fresh);
  const payments = await verifyPayment(session, order);`,
  },
  {
    name: 'who has touched an order does not matter',
    file: 'src/domain/service.ts',
    find: 'return order.opened || order.updatedBy !== wanted.location.revel.userId;',
    replace: 'return false;',
  },
  {
    name: 'nothing is put on disk before a write',
    file: 'src/sync/attempts.ts',
    find: '    await writer.intend();\n',
    replace: '',
  },
  {
    name: 'no wait for the last write of a dead run',
    file: 'src/sync/header.ts',
    find: 'if (session.resumedAt === null) return false;',
    replace: 'if (session.resumedAt !== Number.NaN) return false;',
  },
  {
    name: 'the claim is not checked before writing',
    file: 'src/sync/session.ts',
    find: `      !isSuperseded(order.notes) &&
      this.#isMarkedOurs(order) &&`,
    replace: '      !isSuperseded(order.notes) &&',
  },
  {
    name: 'another run is not given time to show that it is at work',
    file: 'src/sync/follow.ts',
    find: 'if (session.now - quietSince < quietMs) continue;',
    replace: '',
  },
  {
    name: 'a claim is used at once',
    file: 'src/sync/follow.ts',
    find: '  await session.pause(wait);\n',
    replace: '',
  },
  {
    name: 'a fresh claim is overwritten by whoever waits',
    file: 'src/sync/follow.ts',
    find: 'quietMs = claimIn(order.notes) === claimant ? settleMs : takeoverWait(settings) + settleMs;',
    replace: 'quietMs = settleMs;',
  },
  {
    name: 'deleted rows count',
    file: 'src/domain/plan.ts',
    find: 'rows.filter((row) => !row.deleted).sort',
    replace: 'rows.slice().sort',
  },
  {
    name: 'headers that lost count',
    file: 'src/domain/plan.ts',
    find: '!isVisible(row) && !isSuperseded(row.notes)',
    replace: '!isVisible(row)',
  },
  {
    name: 'headers that lost are not marked',
    file: 'src/sync/header.ts',
    find: '  const loser = await readLoser();\n  if (!loser) return;',
    replace: '  const loser = await readLoser();\n  if (loser !== undefined) return;',
  },
  {
    name: 'whether the printed mark stuck is not checked',
    file: 'src/sync/fill.ts',
    find: '(now) => now.printed && now.notes === notes',
    replace: '(now) => now.notes === notes',
  },
  {
    name: 'a payment that is there already is not looked for',
    file: 'src/sync/payment.ts',
    find: 'const found = fresh ? [] : session.need(await ctx.revel.payments(order.id));',
    replace: 'const found: FoundPayment[] = [];',
  },
  {
    name: 'lines that are there already are not looked for',
    file: 'src/sync/fill.ts',
    find: 'const items = fresh ? [] : session.need(await session.ctx.revel.items(order.id));',
    replace: 'const items: FoundItem[] = [];',
  },
  {
    name: 'the finished order is not read back',
    file: 'src/sync/fill.ts',
    find: '  return readBack(session, order, payments);',
    replace:
      "  return session.now > 0 ? { ...order, historyIds: ['1'] } : readBack(session, order, payments);",
  },
  {
    name: 'a payment that did not show is forgotten by the next run',
    file: 'src/sync/apply.ts',
    find: 'if (isUnseen || mayStray(session)) await setDoubtful(ctx, work.known.id, true);',
    replace: 'if (isUnseen || mayStray(session)) await setDoubtful(ctx, work.known.id, false);',
  },
];
