/** The one error of this package. */
export class AppTokenError extends Error {}

export const isAppTokenError = (error) => error instanceof AppTokenError
