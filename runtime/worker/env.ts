/** The environment's settings, read only here in this package. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
