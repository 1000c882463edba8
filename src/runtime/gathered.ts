// What is handed over one by one and done many at a time.

/** Runs `run` when `schedule` says, with all that has been handed over until then, at most `itemsMax` at a time. */
export function gathered<T>(
  schedule: (flush: () => void) => unknown,
  itemsMax: number,
  run: (items: readonly T[]) => Promise<void>,
): (item: T) => void {
  let items: T[] = [];
  const flush = (): void => {
    const all = items;
    items = [];
    for (let place = 0; place < all.length; place += itemsMax) void run(all.slice(place, place + itemsMax));
  };
  return (item) => {
    if (items.length === 0) schedule(flush);
    items.push(item);
  };
}
