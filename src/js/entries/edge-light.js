// The whole package, for Vercel's edge runtime, whose bundler compiles modules.
export * from './sessions/edge-light.js'
export {
  inspectKs,
  generateKs,
  parsePrivileges,
  formatPrivileges,
  predictPrivileges,
} from '../ks/edge-light.js'
export { createAppTokenManager } from '../manager/edge-light.js'
