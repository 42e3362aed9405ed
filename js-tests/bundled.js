// The suite for runtimes that are handed a bundle and answer requests: the answer is the result.
import { runTests } from './suite/index.js'

export default {
  /** @param {Request} request */
  async fetch(request) {
    const host = await request.text()
    return Response.json(await runTests(host))
  },
}
