// Writes schema.prisma for a provider from the one template of the models, and from it the types of the tables (those of
// a Prisma client, which nothing runs).
// Also writes the committed migrations as a module, so that a bundle carries them. All are git-ignored.
// Usage: node generate.mjs [sqlite]
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaFor } from './schema.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const provider = process.argv[2] ?? 'sqlite';
writeFileSync(join(folder, 'schema.prisma'), schemaFor(provider));

const migrations = readdirSync(join(folder, 'migrations/sqlite'))
  .sort()
  .map((name) => ({
    name,
    sql: readFileSync(join(folder, 'migrations/sqlite', name, 'migration.sql'), 'utf8'),
  }));
writeFileSync(
  join(folder, 'migrations.gen.ts'),
  `// Written by generate.mjs.\nexport const migrations = ${JSON.stringify(migrations, null, 2)};\n`,
);

const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const result = spawnSync(
  process.execPath,
  [cli, 'generate', '--schema', join(folder, 'schema.prisma')],
  {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // The schema engine is a download from outside npm, and `generate` does not need it. /bin/false makes
      // any use of it fail; with /bin/true, `migrate deploy` would report success having done nothing.
      PRISMA_SCHEMA_ENGINE_BINARY: '/bin/false',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  },
);
if (result.status !== 0) {
  process.stderr.write(result.stdout);
  process.stderr.write(result.stderr);
  process.exit(result.status ?? 1);
}
