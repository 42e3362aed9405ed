/**
 * The same as `kaltura-app-token`, for short-lived programs on Node: unless a `fetch` is given,
 * requests go through `node:https` instead of Node's `fetch`, whose first use costs more than all
 * the rest.
 *
 * Connections are kept for four seconds, or less where the server says so, and don't keep the
 * process alive. `HTTPS_PROXY` and its like have no effect: where a proxy is needed, give a
 * `fetch` that knows it.
 *
 * @module
 */
export * from './index.js'
