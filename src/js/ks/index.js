// The module travels inline, as the client's does.
import { compile } from './inline.js'
import { bindKs } from './shell.js'

// Not taken apart: bundlers would see an effect in that, and keep the module for who doesn't use it.
const ks = /* @__PURE__ */ bindKs(compile)
export const inspectKs = (...args) => ks.inspectKs(...args)
export const generateKs = (...args) => ks.generateKs(...args)
export const parsePrivileges = (...args) => ks.parsePrivileges(...args)
export const formatPrivileges = (...args) => ks.formatPrivileges(...args)
export const predictPrivileges = (...args) => ks.predictPrivileges(...args)
