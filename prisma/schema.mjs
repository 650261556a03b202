import { readFileSync } from 'node:fs';

/**
 * The Prisma schema of one provider: its header, then the template of the models.
 * @param {string} provider `sqlite` or `postgresql`
 * @returns {string}
 */
export function schemaFor(provider) {
  const models = readFileSync(new URL('models.template.prisma', import.meta.url), 'utf8');
  return `// Written by generate.mjs from models.template.prisma. Do not edit.
generator client {
  provider               = "prisma-client"
  output                 = "./client"
  runtime                = "nodejs"
  moduleFormat           = "esm"
  generatedFileExtension = "ts"
  importFileExtension    = "ts"
  compilerBuild          = "small"
}

datasource db {
  provider = "${provider}"
}

${models}`;
}
