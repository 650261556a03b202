import { GraphError } from '@graft/graph';

/** Where the tables are if the address names no schema: apart from those of other programs. */
const defaultSchema = 'graft';

/** A Postgres database, and the schema in it that holds the tables. */
export interface PostgresAddress {
  /** As the driver takes it, with the password. */
  readonly connection: string;
  readonly schema: string;
  /** For messages: without the password and whatever else may be secret. */
  readonly shown: string;
}

/** Whether a database is named by an address instead of a file. */
export function isPostgresAddress(place: string): boolean {
  return /^[a-z]+:\/\//i.test(place);
}

/**
 * Reads `postgres://user:password@host:port/database`. `?schema=NAME` gives each of several workspaces its own tables; the
 * driver reads the other parameters (`sslmode`, `host`). Throws `bad-input`, and never repeats the address: it holds a password.
 */
export function readPostgresAddress(place: string): PostgresAddress {
  const url = URL.canParse(place) ? new URL(place) : undefined;
  if (
    url === undefined ||
    !['postgres:', 'postgresql:'].includes(url.protocol) ||
    holdsPassword(url)
  ) {
    throw refused(
      'is not an address of Postgres. Write postgres://user:password@host:5432/database, with special characters of the password percent-encoded.',
    );
  }
  const schema = url.searchParams.get('schema') ?? defaultSchema;
  // As Postgres keeps names that need no quotes, and within its length.
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw refused(
      'names a schema that cannot be used. Use at most 63 lower-case letters, digits and underscores.',
    );
  }
  url.searchParams.delete('schema');
  const user = url.username === '' ? '' : `${url.username}@`;
  const suffix = schema === defaultSchema ? '' : `?schema=${schema}`;
  const shown = `${url.protocol}//${user}${url.host}${url.pathname}${suffix}`;
  return { connection: url.href, schema, shown };
}

/** Whether a part that is shown may be one of a password: of `1234/word@host`, the URL takes `1234` for the port. */
function holdsPassword({ hash, pathname, search }: URL): boolean {
  return hash !== '' || `${pathname}${search}`.includes('@');
}

function refused(what: string): GraphError {
  return new GraphError('bad-input', `GRAFT_DATABASE ${what}`, { audience: 'operator' });
}
