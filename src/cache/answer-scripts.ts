// Answers of one turn in one command each way, and with each its age by Redis' own clock, read in the same step: of one
// that is replaced in between, the age of neither is told of the other.

import { defineScript, type CommandParser } from "@redis/client";
import { cacheKeys } from "./keys.ts";

/** An answer as it is stored, and what is left of its life in milliseconds; negative for what has no end. */
export type AnswerReply = readonly [text: string | null, leftMs: number];

const GET = `
local found = {}
for place, key in ipairs(KEYS) do
  local text = redis.call('GET', key)
  found[place] = { text, text and redis.call('PTTL', key) or -2 }
end
return found
`;

/** All texts come as one run of bytes: each by itself would be a write of its own. */
const SET = `
local start = 1
for place, key in ipairs(KEYS) do
  local length = tonumber(ARGV[2 * place])
  redis.call('SET', key, string.sub(ARGV[1], start, start + length - 1), 'PX', ARGV[2 * place + 1])
  start = start + length
end
return redis.status_reply('OK')
`;

export const answerScripts = {
  /** In the order of the keys. */
  getAnswers: defineScript({
    SCRIPT: GET,
    IS_READ_ONLY: true,
    parseCommand(parser: CommandParser, keys: readonly string[]) {
      parser.pushKeysLength(keys.map(cacheKeys.answer));
    },
    transformReply: (reply: unknown) => reply as AnswerReply[],
  }),
  /** Texts in UTF-8, each for its `ttl` in milliseconds. */
  setAnswers: defineScript({
    SCRIPT: SET,
    parseCommand(parser: CommandParser, entries: readonly { key: string; value: Buffer; ttl: number }[]) {
      parser.pushKeysLength(entries.map(({ key }) => cacheKeys.answer(key)));
      parser.push(Buffer.concat(entries.map(({ value }) => value)));
      for (const { value, ttl } of entries) parser.push(String(value.length), String(ttl));
    },
    transformReply: (reply: unknown) => reply,
  }),
};
