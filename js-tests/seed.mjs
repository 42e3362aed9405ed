export async function seeded(seed, serviceUrl, createEmulator) {
  const emulator = createEmulator(seed)
  return { emulator, facts: {} }
}
