// Rules of the core that the library doesn't export.
import { compile } from '../ks/inline.js'
import { instantiate } from '../ks/kaltura_ks.js'
import { loader } from '../runtime/load.js'

const ks = loader(instantiate, compile)

/**
 * Whether sessions may have a `sessionid` of their own, and so end alone.
 * @param {string | null} privileges
 */
export const isIsolated = (privileges) => ks().ManagerCore.isIsolated(privileges ?? '')
