// The entry for the condition `browser`: it contains no WebAssembly and throws at once.
import { notInPages } from '../runtime/page.js'

export { AppTokenError, isAppTokenError } from '../common/error.js'

throw notInPages()

// Never reached. Bundlers need the names.
export const startAppTokenSession = undefined
export const createSessionProvider = undefined
export const createAppTokenManager = undefined
export const hashAppToken = undefined
export const inspectKs = undefined
export const generateKs = undefined
export const parsePrivileges = undefined
export const formatPrivileges = undefined
export const predictPrivileges = undefined
