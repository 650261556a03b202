// Writes the types of the tables from the template of the models, and the committed migrations as modules, so that a bundle carries
// them. All are git-ignored.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import schemaEngine from '@prisma/prisma-schema-wasm';
import { committedMigrations, schemaFor } from './schema.mjs';

const folder = dirname(fileURLToPath(import.meta.url));

const source = (name, provider) =>
  `export const ${name} = ${JSON.stringify(committedMigrations(provider), null, 2)};\n`;
writeFileSync(
  join(folder, 'migrations.gen.ts'),
  `// Written by generate.mjs.\n${source('sqliteMigrations', 'sqlite')}`,
);
// A module of its own: only who has a Postgres loads it.
writeFileSync(
  join(folder, 'postgres-migrations.gen.ts'),
  `// Written by generate.mjs.\n${source('postgresMigrations', 'postgresql')}`,
);

/** What a column of each of the models' types holds in JavaScript. */
const types = { String: 'string', Int: 'number', Float: 'number', Boolean: 'boolean' };

function columnOf({ name, type, isRequired }) {
  if (types[type] === undefined) throw new Error(`${name}: there is no column of type ${type}`);
  return `  ${name}: ${types[type]}${isRequired ? '' : ' | null'};`;
}

const request = { prismaSchema: [['schema.prisma', schemaFor('sqlite')]], noColor: true };
const { models } = JSON.parse(schemaEngine.get_dmmf(JSON.stringify(request))).datamodel;
const tables = models.map(({ name, fields }) => {
  const columns = fields.filter(({ kind }) => kind !== 'object').map(columnOf);
  return `export interface ${name} {\n${columns.join('\n')}\n}\n`;
});
writeFileSync(
  join(folder, 'tables.gen.ts'),
  [
    '// Written by generate.mjs from models.template.prisma.\n',
    ...tables,
    '/** The tables, as queries are typed by. */',
    `export interface Tables {\n${models.map(({ name }) => `  ${name}: ${name};`).join('\n')}\n}\n`,
  ].join('\n'),
);
