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

/** The variables that place artifacts in S3, with the key: taken away where Graft uses it, for the same reason. */
function artifactSettings(): Readonly<Record<string, string | undefined>> | undefined {
  if (setting('GRAFT_ARTIFACTS') === undefined) return undefined;
  // The client's pinned version supports Node 20; later ones will not, which concerns us and nobody who runs Graft.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const plain = [
    ...['GRAFT_ARTIFACTS', 'GRAFT_ARTIFACTS_CACHE', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    ...['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID'],
  ];
  const secret = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  return Object.fromEntries([
    ...plain.map((name) => [name, setting(name)] as const),
    ...secret.map((name) => [name, takenSetting(name)] as const),
  ]);
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
  /** Where artifacts are in S3, and the key, where they are not files in the state folder. */
  artifacts: artifactSettings(),
  /** The folder of the examples that the page offers, where not those that came with Graft. */
  examplesFolder: setting('GRAFT_EXAMPLES'),
  /** The person's editor; `visual` goes first. */
  visual: process.env['VISUAL'],
  editor: process.env['EDITOR'],
  /** For the models folder, and for child processes. */
  all: process.env,
};
