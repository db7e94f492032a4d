import { z } from 'zod';
import { meanings } from '../../src/config/locationProblems.js';
import { locationsFileSchema } from '../../src/config/locations.js';
import { RunReportSchema } from '../../src/report/schema.js';

/** The node, with every property below it described as its key is. One schema may stand under several keys. */
function described(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(described);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key !== 'properties' || typeof value !== 'object' || value === null) return [key, described(value)];
      const properties = Object.entries(value).map(([name, property]) => {
        const description = Object.hasOwn(meanings, name) ? { description: meanings[name] } : {};
        return [name, { ...(described(property) as object), ...description }];
      });
      return [key, Object.fromEntries(properties)];
    }),
  );
}

/** The locations file for editors and other programs, each key with what belongs there. */
export function locationsJsonSchema(): object {
  return described(z.toJSONSchema(locationsFileSchema, { target: 'draft-7', io: 'input' })) as object;
}

/** What `--json` prints. */
export function reportJsonSchema(): object {
  return z.toJSONSchema(RunReportSchema, { target: 'draft-7' });
}
