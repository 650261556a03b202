import { readFileSync } from 'node:fs';

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
