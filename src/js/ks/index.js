// The module is inline, like the client's.
import { compile } from './inline.js'
import { bindKs } from './shell.js'

/** @import { KalturaKs } from '../entries/slim.js' */

// Not destructured, because bundlers would see a side effect in that and keep the module even if it isn't used.
const ks = /* @__PURE__ */ bindKs(compile)
/** @type {KalturaKs['inspectKs']} */
export const inspectKs = (...args) => ks.inspectKs(...args)
/** @type {KalturaKs['generateKs']} */
export const generateKs = (...args) => ks.generateKs(...args)
/** @type {KalturaKs['parsePrivileges']} */
export const parsePrivileges = (...args) => ks.parsePrivileges(...args)
/** @type {KalturaKs['formatPrivileges']} */
export const formatPrivileges = (...args) => ks.formatPrivileges(...args)
/** @type {KalturaKs['predictPrivileges']} */
export const predictPrivileges = (...args) => ks.predictPrivileges(...args)
