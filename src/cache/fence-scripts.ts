// What must happen to tags and to the epoch in one step. A tag's key holds a generation, or "open" and its
// holders, each with a deadline by Redis' own clock, so that a writer that dies leaves its tags open for a
// while and not for ever: the key then expires, and a missing generation is a new one.

import { defineScript, type CommandParser } from "@redis/client";
import { ASKED, SHARED, type Mark } from "./demand.ts";
import { cacheKeys } from "./keys.ts";

/** What an open tag's value begins with; no generation does. */
export const OPEN = "open ";

const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function others(value, holder)
  local list, last = '', 0
  if value and string.sub(value, 1, ${OPEN.length}) == '${OPEN}' then
    for id, untilText in string.gmatch(value, '(%S+)@(%d+)') do
      local untilMs = tonumber(untilText)
      if id ~= holder and untilMs > now then
        list = list .. ' ' .. id .. '@' .. untilText
        last = math.max(last, untilMs)
      end
    end
  end
  return list, last
end
`;

const OPEN_TAGS = `${NOW}
for _, key in ipairs(KEYS) do
  local list, last = others(redis.call('GET', key), ARGV[1])
  local untilMs = now + tonumber(ARGV[2])
  local value = '${OPEN}' .. ARGV[1] .. '@' .. string.format('%d', untilMs) .. list
  redis.call('SET', key, value, 'PX', math.max(last, untilMs) - now)
end
return redis.status_reply('OK')
`;

const CLOSE_TAGS = `${NOW}
for _, key in ipairs(KEYS) do
  local list, last = others(redis.call('GET', key), ARGV[1])
  if list == '' then
    redis.call('SET', key, ARGV[2], 'PX', ARGV[3])
  else
    redis.call('SET', key, '${OPEN}' .. string.sub(list, 2), 'PX', last - now)
  end
end
return redis.status_reply('OK')
`;

/** So many at a time, since Lua's stack is bounded. What was marked before is told, and not the mark that this makes. */
const READ_TAGS = `${NOW}
local function mark(key, value)
  if string.sub(value, 1, ${OPEN.length}) == '${OPEN}' then return value end
  local generation, marked = string.match(value, '^([^${ASKED}${SHARED}]*)[${ASKED}${SHARED}]?(%d*)$')
  if not generation or (marked ~= '' and now - tonumber(marked) <= tonumber(ARGV[3])) then return value end
  redis.call('SET', key, generation .. '${ASKED}' .. string.format('%d', now), 'KEEPTTL')
  return generation
end
local values = {}
for start = 1, #KEYS, 1000 do
  local part = redis.call('MGET', unpack(KEYS, start, math.min(start + 999, #KEYS)))
  for place, value in ipairs(part) do
    local at = start + place - 1
    if at > 2 and not value then
      redis.call('SET', KEYS[at], ARGV[1] .. '${ASKED}' .. string.format('%d', now), 'PX', ARGV[2])
      value = ARGV[1]
    elseif at > 2 then
      value = mark(KEYS[at], value)
    end
    values[at] = value
  end
end
return values
`;

/** Only what stands still: a generation that is over must never come back. */
const MARK_TAGS = `${NOW}
local mark = ARGV[#KEYS + 1] .. string.format('%d', now)
for place, key in ipairs(KEYS) do
  local value = redis.call('GET', key)
  if value and string.match(value, '^[^${ASKED}${SHARED}]*') == ARGV[place] then
    redis.call('SET', key, ARGV[place] .. mark, 'KEEPTTL')
  end
end
return redis.status_reply('OK')
`;

/** An epoch that had been lost begins shut: a write that opened its tags before the loss may still commit. */
const RENEW_EPOCH = `
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
  redis.call('SET', KEYS[1], ARGV[1])
elseif ARGV[3] == 'always' then
  redis.call('SET', KEYS[1], ARGV[1])
end
return redis.status_reply('OK')
`;

/** Anything else was the reply to something else. */
function confirmed(reply: unknown): void {
  if (reply !== "OK") throw new TypeError("not confirmed");
}

export const fenceScripts = {
  /** Adds `holder` to those who hold the tags open, for `ms`. */
  openTags: defineScript({
    SCRIPT: OPEN_TAGS,
    parseCommand(parser: CommandParser, tags: readonly string[], holder: string, ms: number) {
      parser.pushKeysLength(tags.map(cacheKeys.tagGeneration));
      parser.push(holder, String(ms));
    },
    transformReply: confirmed,
  }),
  /** Takes `holder` away; whoever is the last gives the tags the new generation, kept for `ms`. */
  closeTags: defineScript({
    SCRIPT: CLOSE_TAGS,
    parseCommand(parser: CommandParser, tags: readonly string[], holder: string, generation: string, ms: number) {
      parser.pushKeysLength(tags.map(cacheKeys.tagGeneration));
      parser.push(holder, generation, String(ms));
    },
    transformReply: confirmed,
  }),
  /**
   * The epoch, what shuts it, and what stands for each tag: `generation`, kept for `ms`, where nothing did. Marks them
   * as asked for, unless a mark is there that is younger than `markMs`.
   */
  readTags: defineScript({
    SCRIPT: READ_TAGS,
    parseCommand(parser: CommandParser, tags: readonly string[], generation: string, ms: number, markMs: number) {
      parser.pushKeysLength([cacheKeys.epoch, cacheKeys.epochShut, ...tags.map(cacheKeys.tagGeneration)]);
      parser.push(generation, String(ms), String(markMs));
    },
    transformReply: (reply: unknown) => reply as (string | null)[],
  }),
  /** Marks those of the tags whose generation stands still. */
  markTags: defineScript({
    SCRIPT: MARK_TAGS,
    parseCommand(parser: CommandParser, generations: ReadonlyMap<string, string>, mark: Mark) {
      parser.pushKeysLength([...generations.keys()].map(cacheKeys.tagGeneration));
      parser.push(...generations.values(), mark);
    },
    transformReply: (reply: unknown) => reply,
  }),
  /** Gives the epoch a new value, or only `ifMissing`; shut for `shutMs` where it was missing. */
  renewEpoch: defineScript({
    SCRIPT: RENEW_EPOCH,
    NUMBER_OF_KEYS: 2,
    parseCommand(parser: CommandParser, epoch: string, shutMs: number, when: "always" | "ifMissing") {
      parser.pushKey(cacheKeys.epoch);
      parser.pushKey(cacheKeys.epochShut);
      parser.push(epoch, String(shutMs), when);
    },
    transformReply: confirmed,
  }),
};
