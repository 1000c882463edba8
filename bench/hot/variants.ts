// Who is compared at answers that are cached, and the floor below all of them.

import { serverNodeOptions } from "../../scripts/node-options.ts";
import type { Variant } from "../variants/variants.ts";

export const hotVariants: readonly Variant<string>[] = [
  {
    name: "satchel",
    title: "Satchel",
    entry: "dist/main.js",
    nodeOptions: serverNodeOptions,
    form: "documentId",
    isPoolSwept: false,
  },
  {
    name: "bare",
    title: "Bare node:http, ready bytes",
    entry: "bench/dist/bench/variants/bare/server.js",
    form: "documentId",
    isPoolSwept: false,
  },
  {
    name: "yoga-cached",
    title: "Yoga + its response cache",
    entry: "bench/dist/bench/variants/yoga-cached/server.js",
    form: "query",
    isPoolSwept: false,
  },
  {
    name: "mercurius",
    title: "Mercurius + JIT",
    entry: "bench/dist/bench/variants/mercurius/server.js",
    form: "mercurius",
    isPoolSwept: false,
  },
  {
    name: "mercurius-cached",
    title: "Mercurius + JIT + mercurius-cache",
    entry: "bench/dist/bench/variants/mercurius-cached/server.js",
    form: "mercurius",
    isPoolSwept: false,
  },
  {
    name: "apollo-cached",
    title: "Apollo Server + its response cache",
    entry: "bench/dist/bench/variants/apollo-cached/server.js",
    form: "query",
    isPoolSwept: false,
  },
];
