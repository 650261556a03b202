/** The environment's settings. The one place of this package that reads it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
