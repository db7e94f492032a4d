import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LoadOptions, loadConfig, type Need } from '../../src/config/load.js';
import { ConfigError, type ConfigProblem } from '../../src/config/problems.js';
import type { Config } from '../../src/config/types.js';
import { atFileEnd } from '../helpers/cleanup.js';

/** A locations file that is right. */
export const locationsFile = {
  defaults: { revel: { userId: 1, posStationId: 4, diningOption: 113, paymentType: 236, discountId: 3358 } },
  locations: [
    {
      name: 'Special Events',
      timezone: 'America/Los_Angeles',
      tripleseat: { siteId: 15691, locationId: 26059 },
      revel: { establishmentId: 8, openItemProductId: 990 },
      products: { 'O G': 579 },
      billing: { 'Admin Fee': 'surcharge' },
    },
    {
      name: 'Downtown',
      timezone: 'America/Denver',
      currency: 'USD',
      tripleseat: { siteId: 15692 },
      revel: { establishmentId: 9, discountId: null },
    },
  ],
};

/** An environment with all that a run needs. */
export const credentials = {
  HOME: '/home/sample',
  TRIPLESEAT_CLIENT_ID: 'sample-client-id',
  TRIPLESEAT_CLIENT_SECRET: 'sample-client-secret',
  REVEL_DOMAIN: 'acme',
  REVEL_API_KEY: 'sample-api-key',
  REVEL_API_SECRET: 'sample-api-secret',
};

const runNeeds: readonly Need[] = ['tripleseat', 'revel', 'locations', 'sync', 'notify'];

/** A fresh directory with these files in it. */
export function folder(files: Record<string, string | Buffer> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'ts-reconcile-config-'));
  atFileEnd(() => rm(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

/** A fresh directory with a right locations file and these files in it. */
export function readyFolder(files: Record<string, string | Buffer> = {}): string {
  return folder({ 'locations.json': JSON.stringify(locationsFile), ...files });
}

/** Loads what a run needs from a ready folder, with these variables set or (undefined) unset. */
export function load(
  env: Record<string, string | undefined> = {},
  options: Partial<Omit<LoadOptions, 'env'>> = {},
): Config {
  return loadConfig({
    cwd: options.cwd ?? readyFolder(),
    needs: options.needs ?? runNeeds,
    flags: options.flags ?? {},
    env: { ...credentials, ...env },
  });
}

/** The error of a load that must fail. */
export function failure(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** The problems of a load that must fail. */
export function problems(work: () => unknown): readonly ConfigProblem[] {
  return failure(work).problems;
}

/** `where problem` of each problem of a load that must fail. */
export function complaints(work: () => unknown): string[] {
  return problems(work).map(({ where, problem }) => `${where} ${problem}`);
}
