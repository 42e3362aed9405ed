// An application token in a page is an application token given away.
import * as codes from '../common/codes.js'
import { AppTokenError } from '../common/error.js'

/** The error of every entry that could use a token, in a page. */
export const notInPages = () =>
  new AppTokenError({
    code: codes.BROWSER,
    message:
      "kaltura-app-token is for servers: an application token in a web page is everybody's. " +
      'Start the session on your back end, and hand the page its KS',
  })

/** Fails in a page and in its workers, for those that no bundler has given the `browser` entry. */
export function refusePages() {
  // Browsers alone call themselves Mozilla, but for what imitates one inside Node, in tests.
  const { navigator, process } = globalThis
  const isBrowser = /^Mozilla\//.test(navigator?.userAgent)
  if (isBrowser && process?.versions?.node === undefined) throw notInPages()
}
