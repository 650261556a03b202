import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * The Prisma schema of one provider: its header, then the template of the models.
 * @param {string} provider `sqlite` or `postgresql`
 * @returns {string}
 */
export function schemaFor(provider) {
  const models = readFileSync(new URL('models.template.prisma', import.meta.url), 'utf8');
  return `datasource db {
  provider = "${provider}"
}

${models}`;
}

/**
 * The committed migrations of one provider, in order.
 * @param {string} provider `sqlite` or `postgresql`
 * @returns {{ name: string, sql: string }[]}
 */
export function committedMigrations(provider) {
  const folder = new URL(`migrations/${provider}/`, import.meta.url);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.map((name) => ({
    name,
    sql: readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8'),
  }));
}
