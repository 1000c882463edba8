// Where the cache Redis is, as node-redis takes it. A socket's URL is read here: node-redis 6.3 reads it as well, and then
// asks Node for its host, which it has none.

export type RedisAddress =
  | { readonly url: string }
  | { readonly path: string; readonly username?: string; readonly password?: string; readonly database: number };

const SOCKET_URL = /^unix:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\/[^?#]+)(?:\?db=([0-9]+))?$/;

/** Of a URL as config.ts lets it pass. */
export function redisAddressOf(url: string): RedisAddress {
  const match = SOCKET_URL.exec(url);
  if (match === null) return { url };
  const [, username = "", password = "", path = "", database = "0"] = match;
  return {
    path: decodeURIComponent(path),
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    database: Number(database),
  };
}
