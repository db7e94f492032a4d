import type { IncomingMessage } from 'node:http';

/** The body as text. Throws, and drops the connection, where it has more than so many characters. */
export async function boundedText(incoming: IncomingMessage, most: number): Promise<string> {
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) {
    body += chunk;
    if (body.length > most) throw new Error('the body is too large');
  }
  return body;
}
