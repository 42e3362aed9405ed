// An application token in a web page is an application token given away.
import * as codes from '../common/codes.js'
import { AppTokenError } from '../common/error.js'

/** The error, in a web page, of every entry that could use a token. */
export const notInPages = () =>
  new AppTokenError({
    code: codes.BROWSER,
    message:
      "kaltura-app-token is for servers: an application token in a web page is everybody's. " +
      'Start the session on your back end, and hand the page its KS',
  })

/** Throws in a web page and its workers, for pages to which no bundler has given the `browser` entry. */
export function refusePages() {
  // Only browsers call themselves Mozilla, except imitations inside Node, in tests.
  const { navigator, process } = globalThis
  const isBrowser = /^Mozilla\//.test(navigator?.userAgent)
  if (isBrowser && process?.versions?.node === undefined) throw notInPages()
}
