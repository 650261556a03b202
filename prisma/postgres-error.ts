import { GraphError } from '@graft/graph';

/**
 * What the driver threw, as an error that says which database is concerned and what to do. SQLSTATE codes:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function postgresError(error: unknown, shown: string): GraphError {
  if (error instanceof GraphError) return error;
  const options = { audience: 'operator', cause: error } as const;
  const detail = error instanceof Error && error.message !== '' ? error.message : codeOf(error);
  const code = codeOf(error);
  if (isUnreachable(error)) {
    return new GraphError(
      'unavailable',
      `The database ${shown} cannot be reached (${detail}). Check that Postgres runs there and that GRAFT_DATABASE is right, then try again.`,
      options,
    );
  }
  switch (code.slice(0, 2)) {
    case '40':
      return new GraphError(
        'unavailable',
        `The database ${shown} gave up what collided with another process (${detail}). Try again.`,
        options,
      );
    case '28':
      return new GraphError(
        'unavailable',
        `The database ${shown} refused the user (${detail}). Correct the user and the password in GRAFT_DATABASE.`,
        options,
      );
    case '3D':
      return new GraphError(
        'unavailable',
        `The database ${shown} does not exist. Create it with "createdb", or correct GRAFT_DATABASE.`,
        options,
      );
    case '53':
      return code === '53100'
        ? new GraphError(
            'no-space',
            `No space is left on the disk of the database ${shown}. Free some there, then try again.`,
            options,
          )
        : GraphError.from(error, { file: shown });
    case '23':
      return new GraphError('internal', `The database ${shown} refused a record: ${detail}`, {
        ...options,
        audience: 'developer',
      });
    case '42':
    case '25':
      if (code === '42501' || code === '25006') {
        return new GraphError(
          'state-unusable',
          `The database ${shown} cannot be written (${detail}). Give its user the right to create a schema and to write there, or name another database with GRAFT_DATABASE.`,
          options,
        );
      }
      return GraphError.from(error, { file: shown });
    default:
      return GraphError.from(error, { file: shown });
  }
}

/** Whether no connection could be made, or the one that was used is lost. */
export function isUnreachable(error: unknown): boolean {
  const code = codeOf(error);
  // Connections that were refused, lost or closed for idling, and a server that starts, ends or has no connection left.
  if (/^(08...|57P0[1235]|25P03|53300)$/.test(code)) return true;
  if (/^(E[A-Z]+)$/.test(code)) return true;
  return (
    error instanceof Error &&
    /^(Connection terminated|timeout expired|timeout exceeded)|not queryable/.test(error.message)
  );
}

/** Whether no connection of the pool became free in time: all are in use, or the server is silent. */
export const isBusyPool = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('timeout exceeded');

/** The error where all connections were in use for too long. */
export function busyPool(cause: unknown, shown: string): GraphError {
  return new GraphError(
    'unavailable',
    `All connections of this process to the database ${shown} are busy. Try again.`,
    { audience: 'operator', cause },
  );
}

const lost = new WeakSet();

/** The error of a statement whose connection was lost. Nobody knows whether the server did it. */
export function lostConnection(error: unknown, shown: string): GraphError {
  const translated = postgresError(error, shown);
  lost.add(translated);
  return translated;
}

export const isLostConnection = (error: unknown): boolean =>
  error instanceof GraphError && lost.has(error);

function codeOf(error: unknown): string {
  // Where a name has several addresses, the error of each is within one without a code.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
