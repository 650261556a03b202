/** A setting that is empty is none: a compose file passes on what is unset as empty. */
function setting(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** A setting that holds a password: taken away, so that the processes which this one starts do not get it. */
function takenSetting(name: string): string | undefined {
  const value = setting(name);
  delete process.env[name];
  return value;
}

/** The command line's settings from the environment, read here and nowhere else. */
export const env = {
  /** Shows stack traces of errors. */
  debug: (process.env['GRAFT_DEBUG'] ?? '') !== '',
  /** https://no-color.org */
  noColor: (process.env['NO_COLOR'] ?? '') !== '',
  /** Token that `graft serve` demands; else the one that the workspace keeps. */
  token: setting('GRAFT_TOKEN'),
  /** Index database and caches of the workspace, where not `<workspace>/.graft`. */
  stateFolder: setting('GRAFT_STATE'),
  /** The address of the Postgres database that keeps runs and the cache's index, where not a file in the state folder. */
  database: takenSetting('GRAFT_DATABASE'),
  /** The folder of the examples that the page offers, where not those that came with Graft. */
  examplesFolder: setting('GRAFT_EXAMPLES'),
  /** The person's editor; `visual` goes first. */
  visual: process.env['VISUAL'],
  editor: process.env['EDITOR'],
  /** For the models folder, and for child processes. */
  all: process.env,
};
