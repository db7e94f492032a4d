import { z } from 'zod';
import type { ProbeAnswer } from '../http/probe.js';
import type { Check } from '../report/checks.js';
import { type DoctorContext, failed, noteClock, ok, skipped, warning } from './types.js';

const KEY = 'Revel key';
const PERMISSIONS = 'Revel permissions';

/** A Revel resource by the path of its list. */
interface Resource {
  name: string;
  path: string;
  /** Runs cannot do without it; the others are looked at by this check-up only. */
  required: boolean;
}

const RESOURCES: readonly Resource[] = [
  ...['Order', 'OrderItem', 'Payment', 'OrderHistory', 'Product'].map((name) => ({
    name,
    path: `/resources/${name}/`,
    required: true,
  })),
  { name: 'Establishment', path: '/enterprise/Establishment/', required: false },
  { name: 'User', path: '/enterprise/User/', required: false },
  ...['PosStation', 'Discount', 'CustomOrderOption'].map((name) => ({
    name,
    path: `/resources/${name}/`,
    required: false,
  })),
];

/**
 * The key, resource by resource: Revel answers a missing permission with 401 on that resource alone, and wrong
 * credentials with 401 on all of them.
 */
export async function checkRevel(ctx: DoctorContext): Promise<Check[]> {
  const { revel, facts } = ctx;
  if (revel === null) return [skipped(KEY, 'its settings are not complete')];
  const answers = new Map<Resource, ProbeAnswer>();
  for (const resource of RESOURCES) {
    const answer = await revel.probe(resource.path, { limit: '1' });
    noteClock(facts, 'Revel', answer);
    answers.set(resource, answer);
    // One that only this check-up reads says nothing of the key.
    if (answer.kind === 'failure' && resource.required) {
      const hint = 'Check REVEL_DOMAIN (or REVEL_BASE_URL) and the network, and the status page of Revel.';
      return [failed(KEY, answer.detail, hint), skipped(PERMISSIONS, 'Revel did not answer')];
    }
  }
  const which = (wanted: Standing) =>
    RESOURCES.filter((resource) => standingOf(answers.get(resource)) === wanted);
  const refused = which('refused');
  if (refused.length === RESOURCES.length) {
    const hint =
      'Check REVEL_API_KEY and REVEL_API_SECRET, and that REVEL_DOMAIN is the account they belong to.';
    return [
      failed(KEY, 'Revel refused the key on every resource', hint, [], 'credentials'),
      skipped(PERMISSIONS, 'without a key'),
    ];
  }
  facts.readable = new Set(which('listed').map(({ name }) => name));
  const odd = which('odd');
  if (odd.length === RESOURCES.length) {
    const hint = 'Check REVEL_DOMAIN (or REVEL_BASE_URL): this is not the API of a Revel account.';
    return [
      failed(KEY, `no resource is there (${describe(odd, answers)})`, hint),
      skipped(PERMISSIONS, 'no API'),
    ];
  }
  return [ok(KEY, 'accepted'), permissions(refused, odd, answers)];
}

type Standing = 'listed' | 'refused' | 'odd';

const listSchema = z.object({ objects: z.array(z.unknown()) });

/** A page that asks to log in is answered 200, too, whoever has sent it: only a list is one. */
function standingOf(answer: ProbeAnswer | undefined): Standing {
  if (answer?.kind !== 'answer') return 'odd';
  if (answer.status === 401 || answer.status === 403) return 'refused';
  return answer.status === 200 && listSchema.safeParse(answer.json).success ? 'listed' : 'odd';
}

function permissions(
  refused: readonly Resource[],
  odd: readonly Resource[],
  answers: ReadonlyMap<Resource, ProbeAnswer>,
): Check {
  const bad = [...refused, ...odd];
  const required = bad.filter((resource) => resource.required);
  const hint = 'Ask Revel to give this API key access to them.';
  if (required.length > 0) {
    const message = `runs need what this key may not read: ${describe(required, answers)}`;
    return failed(PERMISSIONS, message, hint, [], 'credentials');
  }
  if (bad.length > 0) {
    const message = `all that runs read; this check-up cannot look at ${describe(bad, answers)}`;
    return warning(PERMISSIONS, message, hint);
  }
  return ok(PERMISSIONS, 'all that runs read; whether it may write shows with the first order');
}

function describe(resources: readonly Resource[], answers: ReadonlyMap<Resource, ProbeAnswer>): string {
  return resources
    .map((resource) => {
      const answer = answers.get(resource);
      return `${resource.name} (${answer?.kind === 'answer' ? statusOf(answer.status) : 'no answer'})`;
    })
    .join(', ');
}

/** What odd answers have for a status. */
function statusOf(status: number): string {
  return status === 200 ? '200, but no list' : String(status);
}
