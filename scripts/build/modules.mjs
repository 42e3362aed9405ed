// The WebAssembly modules: each is the crate with some of its features, in a folder of pkg/ beside the JavaScript that loads
// it. Deployed modules get short names, which makes them harder to inspect.

/** @typedef {{ name: string, folder: string, features: string[], isDeployed?: boolean }} Module */

/** @type {Module[]} */
export const modules = [
  { name: 'kaltura_app_token', folder: '.', features: ['client'], isDeployed: true },
  { name: 'kaltura_ks', folder: 'ks', features: ['ks'], isDeployed: true },
  { name: 'kaltura_emulator', folder: 'emulator', features: ['emulator'] },
]
