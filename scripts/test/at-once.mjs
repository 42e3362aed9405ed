/**
 * Calls `take` with each of `items`, at most `most` at a time, until all are done.
 * @template T
 * @param {number} most
 * @param {Iterable<T>} items
 * @param {(item: T) => Promise<void>} take
 */
export async function atOnce(most, items, take) {
  const waiting = [...items].values()
  const worker = async () => {
    for (const item of waiting) await take(item)
  }
  await Promise.all(Array.from({ length: most }, worker))
}
