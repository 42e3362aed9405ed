/**
 * The same as `kaltura-app-token`, for short-lived programs on Node. Without the option `fetch`, requests go
 * through `node:https` instead of Node's `fetch`, whose first use takes longer than everything else.
 *
 * Idle connections are kept for four seconds, or less if the server says so, and don't keep the process
 * alive. `HTTPS_PROXY` and similar variables have no effect; pass a `fetch` that knows your proxy.
 *
 * @module
 */
export * from './index.js'
