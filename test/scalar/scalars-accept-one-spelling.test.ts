// What goes in through the custom scalars: one spelling for a value, and nothing that a column would
// bend. MariaDB stores '5.5' into a BIGINT as 6 and 30 February as nothing.

import fc from "fast-check";
import { Kind, type GraphQLScalarType, type ValueNode } from "graphql";
import { describe, expect, it } from "vitest";
import { BigIntScalar, DateTimeScalar, UuidScalar } from "../../src/schema/scalars.ts";
import { check } from "../kit/property.ts";

/** As a variable and as a literal of the document: both ways in are the same. */
function parsedBothWays(scalar: GraphQLScalarType<unknown>, text: string): unknown[] {
  const literal: ValueNode = { kind: Kind.STRING, value: text };
  return [scalar.parseValue(text), scalar.parseLiteral(literal)];
}

function expectRefused(scalar: GraphQLScalarType<unknown>, text: string): void {
  expect(() => scalar.parseValue(text)).toThrow(`${scalar.name} expects`);
  expect(() => scalar.parseLiteral({ kind: Kind.STRING, value: text })).toThrow(`${scalar.name} expects`);
}

describe.each([BigIntScalar, DateTimeScalar, UuidScalar] as GraphQLScalarType<unknown>[])("$name", (scalar) => {
  it.each([
    [5],
    [0],
    [-1],
    [5.5],
    [Number.NaN],
    [true],
    [null],
    [undefined],
    [{}],
    [[]],
    [["5"]],
    [5n],
    [new Date()],
    [Symbol("5")],
  ])("refuses %s, which is no text", (value) => {
    expect(() => scalar.parseValue(value)).toThrow(`${scalar.name} expects`);
  });

  it.each([
    { kind: Kind.INT, value: "5" },
    { kind: Kind.FLOAT, value: "5.5" },
    { kind: Kind.BOOLEAN, value: true },
    { kind: Kind.ENUM, value: "FIVE" },
    { kind: Kind.LIST, values: [] },
    { kind: Kind.OBJECT, fields: [] },
    { kind: Kind.NULL },
  ] as ValueNode[])("refuses the literal $kind", (literal) => {
    expect(() => scalar.parseLiteral(literal)).toThrow(`${scalar.name} expects`);
  });
});

describe("BigInt", () => {
  it.each(["0", "1", "5", "10", "9007199254740993", "9223372036854775807"])("takes %s", (text) => {
    expect(parsedBothWays(BigIntScalar, text)).toEqual([BigInt(text), BigInt(text)]);
  });

  it.each([
    "",
    "00",
    "01",
    "-1",
    "-0",
    "+0",
    "0.0",
    "+5",
    " 5 ",
    " 5",
    "5 ",
    "5\n",
    "5.5",
    "5.0",
    "5,000",
    "5_000",
    "5n",
    "1e3",
    "0x10",
    "0b1",
    "0o7",
    "Infinity",
    "NaN",
    "null",
    "٥",
    "５",
    "९",
    "²",
    "5\0",
    "\ufeff5",
    "\u202e5",
    "9223372036854775808",
    "9999999999999999999",
    "18446744073709551616",
    "9".repeat(1_000),
    "1".repeat(100_000),
    "1; DROP TABLE player",
    "__proto__",
  ])("refuses %j", (text) => {
    expectRefused(BigIntScalar, text);
  });

  it("takes every number from 0 to 2^63-1 and gives it back digit by digit", () => {
    check(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (number) => {
        expect(BigIntScalar.parseValue(String(number))).toBe(number);
        expect(BigIntScalar.serialize(number)).toBe(String(number));
      }),
      200,
    );
  });

  it("refuses every text that is not how it writes a number", () => {
    const almost = fc.stringMatching(/^[ +-]?[0-9]{0,3}[.eE_ ]?[0-9]{0,20}$/);
    check(
      fc.property(fc.oneof(almost, fc.string()), (text) => {
        fc.pre(!/^(0|[1-9][0-9]*)$/.test(text) || BigInt(text) >= 2n ** 63n);
        expectRefused(BigIntScalar, text);
      }),
      500,
    );
  });

  it("gives out zero and less, which balances and changes need, but only bigints", () => {
    expect([0n, -5n].map((number) => BigIntScalar.serialize(number))).toEqual(["0", "-5"]);
    for (const value of [5, "5", null, 5.5]) expect(() => BigIntScalar.serialize(value)).toThrow("not a bigint");
  });
});

describe("DateTime", () => {
  it.each([
    ["2026-11-21T06:00:00Z", "2026-11-21T06:00:00.000Z"],
    ["2026-11-21T06:00:00.5Z", "2026-11-21T06:00:00.500Z"],
    ["2026-11-21T06:00:00.123456789Z", "2026-11-21T06:00:00.123Z"],
    ["2026-11-21T06:00:00+05:30", "2026-11-21T00:30:00.000Z"],
    ["2026-11-21T23:30:00-01:00", "2026-11-22T00:30:00.000Z"],
    ["2026-11-21T06:00:00+00:00", "2026-11-21T06:00:00.000Z"],
    ["2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
    ["1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("takes %s", (text, expected) => {
    for (const date of parsedBothWays(DateTimeScalar, text)) expect((date as Date).toISOString()).toBe(expected);
  });

  it.each([
    // No such day, hour, minute or second.
    "2026-02-30T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "2026-12-31T23:59:60Z",
    // Too far away, in UTC.
    "10000-01-01T00:00:00Z",
    "+010000-01-01T00:00:00Z",
    "-000001-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1900-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    // No zone, or one that says it is not known, or none on Earth.
    "2026-11-21T06:00:00",
    "2026-11-21T06:00:00-00:00",
    "2026-11-21T06:00:00+24:00",
    "2026-11-21T06:00:00+99:99",
    "2026-11-21T06:00:00+01:60",
    "2026-11-21T06:00:00+0100",
    "2026-11-21T06:00:00+01",
    "2026-11-21T06:00:00 CET",
    // Another form.
    "",
    "2026-11-21",
    "06:00:00Z",
    "2026-11-21 06:00:00Z",
    "2026-11-21t06:00:00z",
    "2026-11-21T06:00Z",
    "20261121T060000Z",
    "2026-11-21T06:00:00.Z",
    "2026-11-21T06:00:00.1234567890Z",
    "2026-11-21T06:00:00,5Z",
    " 2026-11-21T06:00:00Z",
    "2026-11-21T06:00:00Z ",
    "2026-11-21T06:00:00Z\n",
    "2026-1-1T06:00:00Z",
    "26-11-21T06:00:00Z",
    "2026-W47-6T06:00:00Z",
    "1763704800",
    "1763704800000",
    "now",
    "Sat, 21 Nov 2026 06:00:00 GMT",
    "２０２６-11-21T06:00:00Z",
    "2026-11-21T06:00:00Z' OR 1=1",
  ])("refuses %j", (text) => {
    expectRefused(DateTimeScalar, text);
  });

  it("takes every moment that it writes, in any zone", () => {
    const moment = fc.date({
      min: new Date("1970-01-02T00:00:00Z"),
      max: new Date("9999-12-30T00:00:00Z"),
      noInvalidDate: true,
    });
    const zone = fc.integer({ min: -14 * 60, max: 14 * 60 }).filter((minutes) => minutes !== 0);
    check(
      fc.property(moment, zone, (date, minutes) => {
        expect(DateTimeScalar.parseValue(date.toISOString())).toEqual(date);
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const offset = `${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
        expect(DateTimeScalar.parseValue(local + offset)).toEqual(date);
      }),
      200,
    );
  });
});

describe("UUID", () => {
  it("takes 8-4-4-4-12 hex digits in any case and gives them back in lower case", () => {
    const text = "018F4F6E-5f3a-7CC0-9d1e-0123456789AB";
    expect(parsedBothWays(UuidScalar, text)).toEqual([text.toLowerCase(), text.toLowerCase()]);
  });

  it.each([
    "",
    "018f4f6e5f3a7cc09d1e0123456789ab",
    "{018f4f6e-5f3a-7cc0-9d1e-0123456789ab}",
    "urn:uuid:018f4f6e-5f3a-7cc0-9d1e-0123456789ab",
    "018f4f6e-5f3a-7cc0-9d1e-0123456789a",
    "018f4f6e-5f3a-7cc0-9d1e-0123456789abc",
    "018f4f6g-5f3a-7cc0-9d1e-0123456789ab",
    " 018f4f6e-5f3a-7cc0-9d1e-0123456789ab",
    "018f4f6e-5f3a-7cc0-9d1e-0123456789ab\n",
    "018f4f6e_5f3a_7cc0_9d1e_0123456789ab",
    "０18f4f6e-5f3a-7cc0-9d1e-0123456789ab",
  ])("refuses %j", (text) => {
    expectRefused(UuidScalar, text);
  });
});
