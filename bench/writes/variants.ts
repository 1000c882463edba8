// Who is compared at writing: Satchel as it is deployed, the transaction per write that a team builds first,
// and the least that one transaction can be.

import { serverNodeOptions, youngSpaceOptions } from "../../scripts/node-options.ts";
import type { Variant } from "../variants/variants.ts";

export const writeVariants: readonly Variant<string>[] = [
  {
    name: "satchel",
    title: "Satchel",
    entry: "dist/main.js",
    nodeOptions: serverNodeOptions,
    form: "documentId",
    isPoolSwept: false,
  },
  {
    name: "prisma-transaction",
    title: "Yoga + one Prisma transaction per write",
    entry: "bench/dist/bench/variants/prisma-transaction/server.js",
    nodeOptions: youngSpaceOptions,
    form: "query",
    isPoolSwept: true,
  },
  {
    name: "plain-transaction",
    title: "Bare HTTP + one plain transaction per write",
    entry: "bench/dist/bench/variants/plain-transaction/server.js",
    nodeOptions: youngSpaceOptions,
    form: "rest",
    isPoolSwept: true,
  },
];
