/** The environment, read here and nowhere else: processes that probe devices inherit it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** Sets a variable for native code that reads it as it is loaded, where nobody has set it. */
export function setUnlessSet(name: string, value: string): void {
  process.env[name] ??= value;
}
