import { runMatrix } from './matrix.js'
import { blindSpots } from './planted.js'
import { PRINTED } from './secrets.js'

/** Runs the matrix, and tells the proxy what came of it. */
export async function send(proxy) {
  console.log(PRINTED)
  const faults = await blindSpots()
  const results = await runMatrix(proxy)
  results.faults.push(...faults)
  await fetch(`${proxy}/results`, { method: 'POST', body: JSON.stringify(results) })
}
