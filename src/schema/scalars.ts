// The custom scalars: strict on the way in, canonical on the way out. Their descriptions stand here as in the
// SDL, because the served schema takes them from these objects; a test compares the two.

import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from "graphql";

const DIGITS = /^(0|[1-9][0-9]{0,18})$/;
const BIGINT_MAX = 2n ** 63n - 1n;
/** Hours end at 23: Date would take 24:00 for the next day's midnight. */
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
/** No device of ours recorded anything before; behind the last, UTC has five-digit years. */
const MOMENT_MS_MIN = Date.UTC(1970, 0, 1);
const MOMENT_MS_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * In: a string of digits for 0 to 2^63-1, without sign, leading zero, exponent or any other digits
 * than ASCII's; becomes a bigint. Out: a bigint as such a string (zero and negative ones too).
 */
export const BigIntScalar = new GraphQLScalarType<bigint, string>({
  name: "BigInt",
  description: "A whole number of any size up to 2^63-1, as a string of digits: JSON numbers lose digits past 2^53.",
  serialize: (value) => {
    if (typeof value === "bigint") return value.toString();
    throw new GraphQLError("BigInt cannot represent a value that is not a bigint.");
  },
  parseValue: parseDigits,
  parseLiteral: (node) => parseDigits(stringOf(node)),
});

/** In: RFC 3339 with a zone, 1970 to 9999 in UTC, becomes a Date. Out: RFC 3339 in UTC with milliseconds, as repositories give it. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description:
    "A moment in UTC as RFC 3339 with milliseconds, for example 2026-11-21T06:00:00.000Z. As input any zone, 1970 to 9999.",
  serialize: (value) => {
    if (typeof value === "string") return value;
    throw new GraphQLError("DateTime cannot represent a value that is not RFC 3339 text.");
  },
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(stringOf(node)),
});

/** In and out: the 36 characters of a UUID, in lower case. */
export const UuidScalar = new GraphQLScalarType<string, string>({
  name: "UUID",
  description: "A UUID in its 36 characters, for example 018f4f6e-5f3a-7cc0-9d1e-0123456789ab.",
  serialize: (value) => {
    if (typeof value === "string") return value;
    throw new GraphQLError("UUID cannot represent a value that is not a string.");
  },
  parseValue: parseUuid,
  parseLiteral: (node) => parseUuid(stringOf(node)),
});

function parseDigits(value: unknown): bigint {
  if (typeof value === "string" && DIGITS.test(value)) {
    const number = BigInt(value);
    if (number <= BIGINT_MAX) return number;
  }
  throw new GraphQLError('BigInt expects a string of digits from "0" to "9223372036854775807".');
}

function parseDateTime(value: unknown): Date {
  const match = typeof value === "string" ? RFC_3339.exec(value) : null;
  // "-00:00" is RFC 3339's "the zone is not known", and a moment without a zone is not a moment.
  if (match !== null && match[4] !== "-00:00") {
    const date = new Date(value as string);
    // Date rolls 30 February over into March; the day must come back as it was given.
    if (isRecordable(date.getTime()) && isDayOfMonth(Number(match[1]), Number(match[2]), Number(match[3]))) return date;
  }
  throw new GraphQLError("DateTime expects RFC 3339 with a zone, from 1970 to 9999, for example 2026-11-21T06:00:00Z.");
}

/** Written so that the NaN of an invalid date fails too. */
function isRecordable(momentMs: number): boolean {
  return momentMs >= MOMENT_MS_MIN && momentMs <= MOMENT_MS_MAX;
}

function isDayOfMonth(year: number, month: number, day: number): boolean {
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function parseUuid(value: unknown): string {
  if (typeof value === "string" && UUID_PATTERN.test(value)) return value.toLowerCase();
  throw new GraphQLError("UUID expects 32 hex digits as 8-4-4-4-12.");
}

function stringOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}
