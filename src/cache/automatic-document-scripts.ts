// The one step that needs a script: registering a document keeps three keys in agreement and their sum
// within a bound. Redis may evict any one of the keys when its memory is full; the script then begins anew.

import { defineScript, type CommandParser } from "@redis/client";
import { cacheKeys } from "./keys.ts";

/** What Redis spends on an entry besides its text: twice the hash, the score, the tables. */
const ENTRY_BYTES = 300;

const REGISTER = `
if redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3]) ~= 3 then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
end
local time = redis.call('TIME')
local bytes = #ARGV[2] + ${ENTRY_BYTES}
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('INCRBY', KEYS[3], bytes)
end
redis.call('ZADD', KEYS[2], tonumber(time[1]) * 1000000 + tonumber(time[2]), ARGV[1])
while tonumber(redis.call('GET', KEYS[3])) > tonumber(ARGV[3]) do
  local oldest = redis.call('ZPOPMIN', KEYS[2])[1]
  redis.call('DECRBY', KEYS[3], redis.call('HSTRLEN', KEYS[1], oldest) + ${ENTRY_BYTES})
  redis.call('HDEL', KEYS[1], oldest)
end
return redis.status_reply('OK')
`;

export const automaticDocumentScripts = {
  /** Keeps `text` under its hash; the oldest go while all together have more than `bytesMax`. */
  registerAutomaticDocument: defineScript({
    SCRIPT: REGISTER,
    NUMBER_OF_KEYS: 3,
    parseCommand(parser: CommandParser, hash: string, text: string, bytesMax: number) {
      parser.pushKey(cacheKeys.automaticDocumentTexts);
      parser.pushKey(cacheKeys.automaticDocumentAges);
      parser.pushKey(cacheKeys.automaticDocumentBytes);
      parser.push(hash, text, String(bytesMax));
    },
    transformReply: (reply: unknown) => reply,
  }),
};
