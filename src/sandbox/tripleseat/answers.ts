import type { SimResponse } from '../host/types.js';
import type { Json } from './model.js';

const LOGIN_PAGE =
  '<!DOCTYPE html><html><head><title>Tripleseat - Log In</title></head><body><form action="/login" method="post">' +
  '<input name="user[email]"><input name="user[password]" type="password"></form></body></html>';

/** A JSON answer. */
export function json(status: number, body: Json): SimResponse {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(body) };
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
