// Registers the document of a request that came with its hash (Apollo's automatic persisted queries), once it
// has been found valid and within the limits: nothing else is worth keeping. The answer waits for it,
// because the client's next request names the hash alone and may reach another process.

import type { Plugin } from "graphql-yoga";
import type { AutomaticDocumentStore } from "../cache/automatic-document.ts";
import type { RequestFacts } from "./request-facts.ts";

export function useAutomaticDocuments(store: AutomaticDocumentStore): Plugin<object, RequestFacts> {
  return {
    async onExecute({ args }) {
      const { automaticDocument } = args.contextValue as RequestFacts;
      if (automaticDocument !== undefined) await store.set(automaticDocument.hash, automaticDocument.text);
    },
  };
}
