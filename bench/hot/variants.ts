// Who is compared at answers that are cached, and the floor below all of them; and at those that are not.

import { serverNodeOptions, youngSpaceOptions } from "../../scripts/node-options.ts";
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
    nodeOptions: youngSpaceOptions,
    form: "documentId",
    isPoolSwept: false,
  },
  {
    name: "yoga-cached",
    title: "Yoga + its response cache",
    entry: "bench/dist/bench/variants/yoga-cached/server.js",
    nodeOptions: youngSpaceOptions,
    form: "query",
    isPoolSwept: false,
  },
  {
    name: "mercurius",
    title: "Mercurius + JIT",
    entry: "bench/dist/bench/variants/mercurius/server.js",
    nodeOptions: youngSpaceOptions,
    form: "mercurius",
    isPoolSwept: true,
  },
  {
    name: "mercurius-cached",
    title: "Mercurius + JIT + mercurius-cache",
    entry: "bench/dist/bench/variants/mercurius-cached/server.js",
    nodeOptions: youngSpaceOptions,
    form: "mercurius",
    isPoolSwept: true,
  },
  {
    name: "apollo-cached",
    title: "Apollo Server + its response cache",
    entry: "bench/dist/bench/variants/apollo-cached/server.js",
    nodeOptions: youngSpaceOptions,
    form: "query",
    isPoolSwept: false,
  },
  {
    name: "satchel-yoga",
    title: "Satchel's Yoga lane",
    entry: "dist/main.js",
    nodeOptions: serverNodeOptions,
    // Production takes no text that is not registered, and registered ones take the fast lane.
    environment: { NODE_ENV: "development" },
    form: "adHoc",
    isPoolSwept: false,
  },
  {
    name: "rest",
    title: "REST, joins by hand",
    entry: "bench/dist/bench/variants/rest/server.js",
    nodeOptions: youngSpaceOptions,
    form: "rest",
    isPoolSwept: true,
  },
];
