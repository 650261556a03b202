/** The environment, read only here: processes that probe devices inherit it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;

/** Sets a variable for native code that reads it on loading, unless it is set. */
export function setUnlessSet(name: string, value: string): void {
  process.env[name] ??= value;
}
