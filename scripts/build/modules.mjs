// The WebAssembly modules: each the crate with some of its features, in a folder of pkg/ beside the
// JavaScript that loads it.
export const modules = [
  { name: 'kaltura_app_token', folder: '.', features: ['client'] },
  { name: 'kaltura_ks', folder: 'ks', features: ['ks'] },
  { name: 'kaltura_emulator', folder: 'emulator', features: ['emulator'] },
]
