// Hooks of the module loader that put one entry in the place of another.
/** @type {import('node:module').ResolveHook} */
export const resolve = (specifier, context, next) =>
  next(specifier === 'kaltura-app-token' ? 'kaltura-app-token/node' : specifier, context)
