import { expect } from 'vitest';
import { runTool } from './tool.js';

/** A run as the document of `history` has it. */
interface Run {
  trigger: string;
  mode: string;
  exit: number;
  events: { id: string; status: string; reason: string | null; revel_order_id: string | null }[];
}

/** What `history --json` says; its exit code is 1 with failures, and it says nothing else. */
export async function historyIn(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ runs: Run[]; failures: { id: string; reason: string }[] }> {
  const { code, stdout, stderr } = await runTool(['history', '--json', ...args], env);
  const document = JSON.parse(stdout);
  expect([code, stderr]).toEqual([document.failures?.length > 0 ? 1 : 0, '']);
  return document;
}
