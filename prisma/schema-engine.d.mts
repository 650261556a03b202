export function sqlToReach(
  schema: string,
  migrations: readonly { readonly name: string; readonly sql: string }[],
  server?: string,
): Promise<string>;

export function diagnose(
  place: string,
  schema: string,
  migrations: readonly { readonly name: string; readonly sql: string }[],
): Promise<{
  readonly hasMigrationsTable: boolean;
  readonly history: unknown;
  readonly failedMigrationNames: readonly string[];
  readonly editedMigrationNames: readonly string[];
}>;
