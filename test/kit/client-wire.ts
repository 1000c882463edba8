// A fetch for clients of others (Apollo, urql, Relay) that goes to the server and keeps what went over
// the wire, so that a test can say how the client asked and not only what it made of the answer.

/** One request as the client sent it, and how it was answered. */
export interface Sent {
  readonly method: string;
  /** Parameters of the body or of the address. */
  readonly params: {
    readonly query?: string;
    readonly documentId?: string;
    readonly operationName?: string;
    readonly variables?: Record<string, unknown>;
    readonly extensions?: { readonly persistedQuery?: { readonly sha256Hash: string } };
  };
  readonly status: number;
  /** Of the first error, if there is one. */
  readonly code: string | undefined;
}

export interface ClientWire {
  readonly fetch: typeof fetch;
  /** In the order in which they were answered; empty it with `sent.length = 0`. */
  readonly sent: Sent[];
}

export function createClientWire(): ClientWire {
  const sent: Sent[] = [];
  return {
    sent,
    async fetch(input, init) {
      const response = await fetch(input, { ...init, signal: AbortSignal.timeout(10_000) });
      const body = (await response.clone().json()) as { errors?: { extensions?: { code?: string } }[] };
      const method = init?.method ?? "GET";
      const params = method === "GET" ? paramsOfAddress(new Request(input).url) : JSON.parse(init?.body as string);
      sent.push({ method, params, status: response.status, code: body.errors?.[0]?.extensions?.code });
      return response;
    },
  };
}

function paramsOfAddress(address: string): Sent["params"] {
  const entries = [...new URL(address).searchParams].map(([name, value]) => [
    name,
    name === "variables" || name === "extensions" ? JSON.parse(value) : value,
  ]);
  return Object.fromEntries(entries);
}
