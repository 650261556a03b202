// Writes the next migration of each database: what separates the committed ones from models.template.prisma.
// Usage: npx tsx migrate.mjs <name>, then read the SQL and commit it. Never edit one that was released. Needs Postgres.
import { mkdirSync, writeFileSync } from 'node:fs';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { committedMigrations, schemaFor } from './schema.mjs';
import { sqlToReach } from './schema-engine.mjs';

const name = process.argv[2];
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('usage: npx tsx prisma/migrate.mjs <name>   (lower case, digits, _)');
  process.exit(2);
}
const postgres = await startPostgres();
if (postgres === undefined) {
  console.error(noPostgres);
  process.exit(2);
}
for (const provider of ['sqlite', 'postgresql']) {
  const committed = committedMigrations(provider);
  const server = provider === 'sqlite' ? undefined : postgres.address;
  const sql = await sqlToReach(schemaFor(provider), committed, server);
  if (sql === '') {
    console.log(`The migrations of ${provider} agree with the models already.`);
    continue;
  }
  const next = `${String(committed.length + 1).padStart(4, '0')}_${name}`;
  const folder = new URL(`migrations/${provider}/${next}`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder.pathname}/migration.sql`, `${sql}\n`);
  console.log(`prisma/migrations/${provider}/${next}/migration.sql`);
}
await postgres.stop();
