// Where the cache Redis is, as node-redis takes it. A socket's URL is read here: node-redis 6.3 reads it as well, and then
// asks Node for its host, which it has none.

export type RedisAddress =
  | { readonly url: string }
  | {
      readonly username?: string;
      readonly password?: string;
      readonly database: number;
      readonly socket: { readonly path: string };
    };

const TCP_URL = /^rediss?:\/\/[^/]+(\/[0-9]+)?$/;
const SOCKET_URL = /^unix:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\/[^?#]+)(?:\?db=([0-9]+))?$/;

/** Null for what is no URL of a Redis. */
export function redisAddressOf(url: string): RedisAddress | null {
  if (TCP_URL.test(url)) return { url };
  const match = SOCKET_URL.exec(url);
  if (match === null) return null;
  const [, username = "", password = "", path = "", database = "0"] = match;
  try {
    return {
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      database: Number(database),
      socket: { path: decodeURIComponent(path) },
    };
  } catch {
    // A percent sign that escapes nothing.
    return null;
  }
}
