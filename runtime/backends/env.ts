/** The environment, read here and nowhere else: processes that probe devices inherit it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
