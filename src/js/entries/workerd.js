// The whole package, for Cloudflare Workers, which compile modules only when they are deployed.
export * from './sessions/workerd.js'
export {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} from '../ks/workerd.js'
export { createAppTokenManager } from '../manager/workerd.js'
