// All of it, for Cloudflare Workers, which compile modules at deploy time.
export * from './sessions/workerd.js'
export {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} from '../ks/workerd.js'
export { createAppTokenManager } from '../manager/workerd.js'
