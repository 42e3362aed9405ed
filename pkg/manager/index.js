// @ts-self-types="./index.d.ts"
export * from '../index.js'
