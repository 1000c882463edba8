// Registered operations as an app asks for them, by id, with the whole of what came back.

import { registeredOperations } from "../../src/operations/registry.ts";

export interface RegisteredAsk {
  readonly variables?: object;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: "GET" | "POST";
}

export interface RegisteredAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is the operation's
  readonly body: any;
}

/** The newest registered operation of that name. */
export function operationId(name: string): string {
  return registeredOperations.findLast((operation) => operation.name === name)!.id;
}

/** POSTs `documentId`, or GETs /graphql/<id>. Never throws for what the server answers. */
export async function askOperation(
  url: string,
  name: string,
  { variables = {}, token, headers = {}, method = "POST" }: RegisteredAsk,
): Promise<RegisteredAnswer> {
  const id = operationId(name);
  const address = `${url}/graphql/${id}?variables=${encodeURIComponent(JSON.stringify(variables))}`;
  const response = await fetch(method === "GET" ? address : `${url}/graphql`, {
    method,
    headers: {
      Accept: "application/graphql-response+json",
      ...(method === "POST" ? { "Content-Type": "application/json" } : {}),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(method === "POST" ? { body: JSON.stringify({ documentId: `sha256:${id}`, variables }) } : {}),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === "" ? null : JSON.parse(text) };
}
