import { describe, expect, it } from 'vitest';
import { failReasons } from '../../src/domain/reasons.js';
import { settlingOf } from '../../src/report/settling.js';

describe('the command that settles a failure', () => {
  it.each(failReasons)('%s: one line for a shell, of nothing but words and the id', (reason) => {
    for (const sandbox of [false, true]) {
      const { when, command } = settlingOf(reason, '55530001', sandbox);
      expect(command).toMatch(/^ts-reconcile [a-z]+(?: [a-z0-9-]+)*$/);
      expect(command.endsWith(' --sandbox')).toBe(sandbox);
      expect(when).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('holds nothing that came in the place of an id, and knows what to do with a reason it does not know', () => {
    expect(settlingOf('DRIFT', '1; rm -rf ~', false).command).toBe('ts-reconcile resolve 0');
    expect(settlingOf('NEVER_HEARD_OF', '5', false).command).toBe('ts-reconcile sync --event-id 5');
    expect(settlingOf(null, '5', false).command).toBe('ts-reconcile sync --event-id 5');
  });

  it('makes nothing again that staff may have made', () => {
    for (const reason of ['REMOVED_BY_STAFF', 'DUPLICATE_ORDERS', 'ORPHANED', 'TOUCHED', 'DRIFT']) {
      expect(settlingOf(reason, '5', false).command).toBe('ts-reconcile resolve 5');
    }
    expect(settlingOf('MISSED', '5', false).when).toMatch(/by hand/);
  });
});
