import { describe, expect, it } from 'vitest';
import type { HttpFailure, HttpRequest, HttpResponse } from '../../src/http/transport.js';
import { revokeToken } from '../../src/tripleseat/revoke.js';

function answering(answer: HttpResponse | HttpFailure) {
  const requests: HttpRequest[] = [];
  const transport = async (request: HttpRequest) => {
    requests.push(request);
    return answer;
  };
  return {
    requests,
    revoke: () => revokeToken({ baseUrl: 'https://api.example.com', transport, timeoutMs: 10 }, 't0ken'),
  };
}

const response = (status: number, type = 'application/json'): HttpResponse => ({
  kind: 'response',
  status,
  headers: { 'content-type': type },
  body: '',
});

describe('revokeToken', () => {
  it('sends the token once and takes 410 for success, or 200 with JSON', async () => {
    const gone = answering(response(410, 'text/html'));
    expect(await gone.revoke()).toBe(true);
    expect(gone.requests).toHaveLength(1);
    expect(gone.requests[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.example.com/oauth/invalidate',
      headers: { authorization: 'Bearer t0ken' },
      body: 'token=t0ken',
    });
    expect(await answering(response(200)).revoke()).toBe(true);
  });

  it('never fails: a log-in page, an error or silence means no', async () => {
    expect(await answering(response(200, 'text/html')).revoke()).toBe(false);
    expect(await answering(response(404)).revoke()).toBe(false);
    expect(await answering(response(500)).revoke()).toBe(false);
    const silent: HttpFailure = { kind: 'failure', sent: true, reason: 'timeout', detail: 'timed out' };
    expect(await answering(silent).revoke()).toBe(false);
  });
});
