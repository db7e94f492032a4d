import type { Clock } from '../clock.js';
import { AppError, ExitCode } from '../errors.js';
import { errnoOf, shownPath, stateError } from '../state/failure.js';
import type { StateFiles } from '../state/files/files.js';
import { type SimServer, startSimServer } from './host/server.js';
import type { Simulator } from './host/types.js';
import { RevelSimulator } from './revel/simulator.js';
import { TripleseatSimulator } from './tripleseat/simulator.js';
import { seedWorld } from './world/seed.js';

/** Credentials that the sandbox takes; they are good for nothing else. */
export const revelKey = { apiKey: 'sandbox-key', apiSecret: 'sandbox-secret' };

/** Ports to listen on; left out: any free one. */
export interface SandboxPorts {
  tripleseat?: number;
  revel?: number;
}

const DATA = { tripleseat: 'tripleseat.json', revel: 'revel.json' } as const;

/**
 * Starts both simulators on the data in the directory, in which a change is on disk before it is answered. With
 * `seed` that data is replaced by the sample world around now.
 */
export async function startServers(files: StateFiles, clock: Clock, ports: SandboxPorts, seed: boolean) {
  const tripleseat = new TripleseatSimulator();
  const revel = new RevelSimulator(revelKey);
  if (seed) {
    for (const name of Object.values(DATA)) await files.remove(files.path(name));
    seedWorld(tripleseat, revel, clock.now());
  }
  const first = await start(tripleseat, files, clock, ports.tripleseat);
  try {
    const second = await start(revel, files, clock, ports.revel);
    return {
      tripleseatUrl: first.url,
      revelUrl: second.url,
      close: async () => {
        await Promise.all([first.close(), second.close()]);
      },
    };
  } catch (error) {
    await first.close();
    throw error;
  }
}

async function start(simulator: Simulator, files: StateFiles, clock: Clock, port = 0): Promise<SimServer> {
  const persistFile = files.path(DATA[simulator.name]);
  try {
    return await startSimServer({ simulator, clock, persistFile, port });
  } catch (error) {
    throw startError(error, port, persistFile);
  }
}

function startError(error: unknown, port: number, file: string): unknown {
  const code = errnoOf(error);
  if (port !== 0 && (code === 'EADDRINUSE' || code === 'EACCES')) {
    return new AppError(
      'USAGE',
      ExitCode.usage,
      `The sandbox cannot listen on port ${port}: it is taken or not allowed.`,
      'Choose another port.',
    );
  }
  if (code !== null) return stateError(error, 'open', file);
  return new AppError(
    'STATE',
    ExitCode.config,
    `The sandbox's data in ${shownPath(file)} cannot be read: it is damaged or of another version.`,
    'Make a new one with: ts-reconcile sandbox reset',
  );
}
