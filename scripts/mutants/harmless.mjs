// Faults that nobody could notice, each with the reason.
export const harmless = []
