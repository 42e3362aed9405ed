/** Calls `take` with each of `items`, at most `most` at a time, until all are done. */
export async function atOnce(most, items, take) {
  const waiting = [...items]
  const worker = async () => {
    while (waiting.length > 0) await take(waiting.shift())
  }
  await Promise.all(Array.from({ length: most }, worker))
}
