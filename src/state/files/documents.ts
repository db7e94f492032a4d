import { rename } from 'node:fs/promises';
import { isMissing, shownPath, stateError } from '../failure.js';
import type { Documents } from '../primitives.js';
import type { StateFiles } from './files.js';

const MAX_BYTES = 4 * 1024 * 1024;

/** Each document in a file of its own, `<name>.json`: private, so that secrets lie there as they are. */
export function fileDocuments(files: StateFiles): Documents {
  const pathOf = (name: string) => files.path(`${name}.json`);
  return {
    async get(name) {
      const found = await files.read(pathOf(name), MAX_BYTES);
      switch (found.kind) {
        case 'absent':
          return { kind: 'none' };
        case 'text':
          return {
            kind: 'text',
            text: found.text,
            changedAt: found.mtimeMs,
            ...(found.isPrivate ? {} : { exposed: true }),
          };
        case 'unfit':
          return { kind: 'unfit', why: 'not a file of sane size', changedAt: found.mtimeMs };
      }
    },
    async put(name, text) {
      const [base = '', folder = ''] = name.split('/').reverse();
      await files.replace(folder, `${base}.json`, text);
    },
    delete: (name) => files.remove(pathOf(name)),
    async move(name, to) {
      try {
        await rename(pathOf(name), pathOf(to));
      } catch (error) {
        if (!isMissing(error)) throw stateError(error, 'move aside', pathOf(name));
      }
    },
    probe: () => files.probe(),
    place: (name) => shownPath(pathOf(name)),
  };
}
