// Every answer says what it cost. Tests of anything else compare answers without that; what a cost is,
// and that it is there, has its own tests, which read the answers themselves.

const COST = /,"extensions":\{"cost":\{"requestedQueryCost":\d+,"maximumQueryCost":\d+\}\}/;

/** An answer's JSON without what it says of its cost. */
export function withoutCost(json: string): string {
  return json.replace(COST, "");
}
