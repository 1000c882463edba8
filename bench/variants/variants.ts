// The servers that are compared: how each is started, in which form it is asked, and whether its pool
// size is swept. Satchel runs as it is deployed, on its defaults; the others get what suits them best.

import { serverNodeOptions, youngSpaceOptions } from "../../scripts/node-options.ts";
import type { WireForm } from "./wire.ts";

export const variantNames = ["satchel", "textbook", "mercurius", "rest", "naive"] as const;

export type VariantName = (typeof variantNames)[number];

export interface Variant<Name extends string = VariantName> {
  readonly name: Name;
  /** For tables and reports. */
  readonly title: string;
  /** Compiled entry. */
  readonly entry: string;
  /** What Node itself is told. */
  readonly nodeOptions: readonly string[];
  /** Settings beside those that all have; nothing where not given. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The one switch of the form in which it is asked. */
  readonly form: WireForm;
  /** False: the server's own default pool size. */
  readonly isPoolSwept: boolean;
}

export const variants: Readonly<Record<VariantName, Variant>> = {
  satchel: {
    name: "satchel",
    title: "Satchel",
    entry: "dist/main.js",
    nodeOptions: serverNodeOptions,
    form: "documentId",
    isPoolSwept: false,
  },
  textbook: {
    name: "textbook",
    title: "Yoga + DataLoader + Prisma",
    entry: "bench/dist/bench/variants/textbook/server.js",
    nodeOptions: youngSpaceOptions,
    form: "query",
    isPoolSwept: true,
  },
  mercurius: {
    name: "mercurius",
    title: "Mercurius + JIT + mysql2",
    entry: "bench/dist/bench/variants/mercurius/server.js",
    nodeOptions: youngSpaceOptions,
    form: "mercurius",
    isPoolSwept: true,
  },
  rest: {
    name: "rest",
    title: "REST, joins by hand",
    entry: "bench/dist/bench/variants/rest/server.js",
    nodeOptions: youngSpaceOptions,
    form: "rest",
    isPoolSwept: true,
  },
  naive: {
    name: "naive",
    title: "Yoga + Prisma, no loaders",
    entry: "bench/dist/bench/variants/naive/server.js",
    nodeOptions: youngSpaceOptions,
    form: "query",
    isPoolSwept: true,
  },
};
