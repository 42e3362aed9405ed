// @ts-self-types="./provider.d.ts"
export * from './index.js'
