import { describe, expect, it } from 'vitest';
import { checkRevel } from '../../src/doctor/revel.js';
import type { DoctorContext } from '../../src/doctor/types.js';
import type { ProbeAnswer } from '../../src/http/probe.js';

const LISTED: ProbeAnswer = {
  kind: 'answer',
  status: 200,
  headers: {},
  json: { objects: [] },
  sentAt: 0,
  receivedAt: 0,
};

/** A key that is answered so where the path ends in the name. */
async function check(answers: Record<string, ProbeAnswer>) {
  const asked: string[] = [];
  const ctx = {
    revel: {
      probe: async (path: string) => {
        const name = path.split('/').at(-2) ?? '';
        asked.push(name);
        return answers[name] ?? LISTED;
      },
    },
    facts: { skews: [], readable: null },
  } as unknown as DoctorContext;
  const [key, permissions] = await checkRevel(ctx);
  return { asked, key, permissions, readable: ctx.facts.readable };
}

describe('checkRevel', () => {
  const down: ProbeAnswer = { kind: 'failure', detail: 'Revel: GET /x/ answered 500 (4 attempts).' };

  it('calls no key bad for a resource that only this check-up reads', async () => {
    const { key, permissions, readable } = await check({ CustomOrderOption: down });
    expect(key).toMatchObject({ status: 'ok' });
    expect(permissions).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('CustomOrderOption (no answer)'),
    });
    expect(readable).toContain('Discount');
    expect(readable).not.toContain('CustomOrderOption');
  });

  it('asks no more where Revel does not answer for what runs read', async () => {
    const { key, permissions, asked } = await check({ Order: down });
    expect(key).toMatchObject({ status: 'failed', message: expect.stringContaining('answered 500') });
    expect([permissions?.status, asked]).toEqual(['skipped', ['Order']]);
  });
});
