import type { Config } from './types.js';

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The parts of a URL that must not be seen: all of it, and its password both as written and as meant. */
function urlSecrets(text: string | undefined | null): string[] {
  if (!text) return [];
  const password = URL.canParse(text) ? new URL(text).password : '';
  return [text, password, decoded(password)];
}

/** The identifying parts of a URL's path and query; shorter ones are plain words that other texts hold as well. */
function partSecrets(text: string | null): string[] {
  if (!text || !URL.canParse(text)) return [];
  const { pathname, search } = new URL(text);
  const values = search.split(/[?&]/).map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [...pathname.split('/'), ...values, ...values.map(decoded)].filter((part) => part.length >= 16);
}

/** Every text of the configuration that no output may hold, without duplicates; some may be short. */
export function secretsOf(config: Config): string[] {
  const all = [
    config.tripleseat.clientId,
    config.tripleseat.clientSecret,
    config.tripleseat.refreshToken ?? '',
    config.revel.apiKey,
    config.revel.apiSecret,
    ...config.webhookSigningKeys,
    config.serveToken ?? '',
    ...urlSecrets(config.smtp?.url),
    ...urlSecrets(config.stateUrl),
    ...config.stateKeys,
    ...urlSecrets(config.chat?.url),
    ...partSecrets(config.chat?.url ?? null),
    ...urlSecrets(config.healthcheckUrl),
    ...partSecrets(config.healthcheckUrl),
  ];
  return [...new Set(all.filter((text) => text !== ''))];
}
