// Writes the next migration: what separates the committed ones from models.template.prisma.
// Usage: node migrate.mjs <name>, then read the SQL and commit it. Never edit one that was released.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { schemaFor } from './schema.mjs';
import { sqlToReach } from './schema-engine.mjs';

const folder = new URL('migrations/sqlite/', import.meta.url);
const name = process.argv[2];
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('usage: node migrate.mjs <name>   (lower case, digits, _)');
  process.exit(2);
}
const names = readdirSync(folder).sort();
const committed = names.map((entry) => ({
  name: entry,
  sql: readFileSync(new URL(`${entry}/migration.sql`, folder), 'utf8'),
}));
const sql = await sqlToReach(schemaFor('sqlite'), committed);
if (sql === '') {
  console.log('The migrations agree with the models already.');
} else {
  const next = `${String(names.length + 1).padStart(4, '0')}_${name}`;
  mkdirSync(new URL(next, folder));
  writeFileSync(new URL(`${next}/migration.sql`, folder), `${sql}\n`);
  console.log(`prisma/migrations/sqlite/${next}/migration.sql`);
}
