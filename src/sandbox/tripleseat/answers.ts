import type { SimResponse } from '../host/types.js';
import type { Json, TripleseatSettings } from './model.js';

const LOGIN_PAGE =
  '<!DOCTYPE html><html><head><title>Tripleseat - Log In</title></head><body><form action="/login" method="post">' +
  '<input name="user[email]"><input name="user[password]" type="password"></form></body></html>';

/** A JSON answer. */
export function json(status: number, body: Json, headers: Record<string, string> = {}): SimResponse {
  return raw(status, JSON.stringify(body), headers);
}

/** A JSON answer whose text is made already. */
export function raw(status: number, body: string, headers: Record<string, string> = {}): SimResponse {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

/** The HTML log-in page that stands in for errors. */
export function loginPage(status: 200 | 302): SimResponse {
  const location = status === 302 ? { location: 'https://login.tripleseat.com/login' } : undefined;
  return html(status, LOGIN_PAGE, location);
}

/** An HTML answer. */
export function html(status: number, body: string, headers: Record<string, string> = {}): SimResponse {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

/** What refused credentials get, as the switch says. */
export function unauthorized(settings: TripleseatSettings, error: string): SimResponse {
  switch (settings.loginPage) {
    case 'json-401':
      return json(401, { error });
    case 'html-200':
      return loginPage(200);
    case 'redirect':
      return loginPage(302);
  }
}

/** A route that does not exist is a server error here, not a 404. */
export function unknownRoute(): SimResponse {
  return html(
    500,
    "<!DOCTYPE html><html><body><h1>We're sorry, but something went wrong.</h1></body></html>",
  );
}
