import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { boundedText } from '../../src/http/bounded.js';

it.each([
  ['ééé', 'ééé'],
  ['1234567890', '1234567890'],
  ['12345678901', 'the body is too large'],
])('%j of at most ten characters: %s', async (sent, heard) => {
  let heardAll: (text: string) => void = () => undefined;
  const read = new Promise<string>((resolve) => {
    heardAll = resolve;
  });
  const server = createServer((incoming, outgoing) => {
    boundedText(incoming, 10)
      .catch((error: Error) => error.message)
      .then((text) => heardAll(text))
      .finally(() => outgoing.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  void fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: sent }).catch(() => undefined);
  expect(await read).toBe(heard);
  server.close();
  server.closeAllConnections();
});
