// The WebAssembly modules: each the crate with some of its features, in a folder of pkg/ beside the
// JavaScript that loads it. Those that are deployed get short names, at the cost of being looked into.
export const modules = [
  { name: 'kaltura_app_token', folder: '.', features: ['client'], isDeployed: true },
  { name: 'kaltura_ks', folder: 'ks', features: ['ks'], isDeployed: true },
  { name: 'kaltura_emulator', folder: 'emulator', features: ['emulator'] },
]
