// An application token in a page is an application token given away.
import { AppTokenError } from './error.js'

export { AppTokenError, isAppTokenError } from './error.js'

throw new AppTokenError({
  code: 'ERR_BROWSER',
  message:
    'kaltura-app-token is for servers: an application token in a web page is everybody\'s. ' +
    'Start the session on your back end, and hand the page its KS',
})

// Never reached; bundlers look the names up.
export const startAppTokenSession = undefined
export const createSessionProvider = undefined
export const createAppTokenManager = undefined
export const hashAppToken = undefined
export const inspectKs = undefined
export const generateKs = undefined
export const parsePrivileges = undefined
export const formatPrivileges = undefined
export const predictPrivileges = undefined
