import * as core from './kaltura_app_token.js'

/** Ties the package's functions to a module that `load` gives at the first call. */
export function bind(load) {
  let ready = false
  const wasm = () => {
    if (!ready) {
      core.initSync({ module: load() })
      ready = true
    }
    return core
  }
  return {
    hashAppToken: (ks, appToken, hashType = 'SHA1') => wasm().hashAppToken(ks, appToken, hashType),
  }
}
