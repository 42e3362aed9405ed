// The WebAssembly modules: each the crate with some of its features, in a folder of pkg/ beside the
// JavaScript that loads it. Those that are deployed get short names, at the cost of being looked into.

/** @typedef {{ name: string, folder: string, features: string[], isDeployed?: boolean }} Module */

/** @type {Module[]} */
export const modules = [
  { name: 'kaltura_app_token', folder: '.', features: ['client'], isDeployed: true },
  { name: 'kaltura_ks', folder: 'ks', features: ['ks'], isDeployed: true },
  { name: 'kaltura_emulator', folder: 'emulator', features: ['emulator'] },
]
