import type { JournalRecord } from './types.js';

/** By whose clock the times of a journal are told: that of the shops, which runs write down. */
export class Zones {
  /** IANA zone of the newest run that was read. */
  last = 'UTC';

  /** The same records, looked at as they pass. */
  async *of(records: AsyncIterable<JournalRecord>): AsyncGenerator<JournalRecord> {
    for await (const record of records) {
      if (record.type === 'run-start' && record.zone !== undefined) this.last = record.zone;
      yield record;
    }
  }
}
