/** Names of GPUs that the CPU renders: far slower than computing on the CPU itself. */
const software = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

export function isSoftwareDevice(name: string): boolean {
  return software.test(name);
}
