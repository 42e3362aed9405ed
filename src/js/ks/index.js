// The module travels inline, as the client's does.
import { compile } from './inline.js'
import { bind } from './shell.js'

export const {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} = bind(compile)
