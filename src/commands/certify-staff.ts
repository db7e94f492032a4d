import { z } from 'zod';
import type { Hands } from '../certify/hands.js';
import { AppError, ExitCode } from '../errors.js';

const answerSchema = z.object({
  ok: z.boolean().optional(),
  result: z.unknown(),
  error: z.string().optional(),
});
const viewSchema = z.object({ listed: z.boolean(), balance: z.number(), day: z.string().nullable() });

/**
 * The staff of the sandbox: they open orders when asked, and say what they see.
 *
 * @param say told in a line what they do
 */
export function sandboxStaff(revelUrl: string, say: (text: string) => void): Hands {
  const act = async (action: string, orderId: string): Promise<unknown> => {
    const body = JSON.stringify({ orderId: Number(orderId) });
    const response = await fetch(`${revelUrl}/__sim/do/${action}`, { method: 'POST', body });
    const answer = answerSchema.safeParse(await response.json()).data;
    if (answer === undefined)
      throw new AppError('UPSTREAM', ExitCode.unavailable, 'The sandbox did not answer.', null);
    return answer.ok === true ? answer.result : null;
  };
  return async (question) => {
    if (question.kind === 'begin') return 'yes';
    const { id } = question.order;
    if (question.kind === 'open') {
      const opened = (await act('pos-open', id)) !== null;
      say(opened ? `staff opened order ${id}` : `staff do not find order ${id}`);
      return opened ? 'yes' : null;
    }
    const view = viewSchema.safeParse(await act('pos-look', id)).data;
    if (view === undefined) return null;
    switch (question.kind) {
      case 'balance':
        say(`staff see a balance of ${view.balance.toFixed(2)} on order ${id}`);
        return view.balance.toFixed(2);
      case 'listed':
        say(`staff ${view.listed ? `${question.marked ? 'still ' : ''}see` : 'do not see'} order ${id}`);
        return view.listed ? 'yes' : 'no';
      case 'day':
        say(`staff find order ${id} on ${view.day ?? 'no day'}`);
        return view.day ?? 'nowhere';
    }
  };
}
