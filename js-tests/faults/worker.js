// The matrix for workerd, which runs what answers requests.
import { send } from './client.js'

export default {
  /** @param {Request} request */
  async fetch(request) {
    await send(await request.text())
    return new Response('done')
  },
}
