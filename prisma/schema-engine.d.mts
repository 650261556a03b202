export function sqlToReach(
  schema: string,
  migrations: readonly { readonly name: string; readonly sql: string }[],
): Promise<string>;
