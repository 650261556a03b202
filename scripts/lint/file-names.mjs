import path from 'node:path';

const VAGUE = new Set(['utils', 'util', 'helpers', 'helper', 'types', 'common', 'general', 'misc']);
/** Next.js names dynamic route folders and files with brackets. */
const KEBAB = /^(\[+(\.\.\.)?[a-z0-9-]+\]+|[a-z0-9]+(-[a-z0-9]+)*)$/;

/** kebab-case file names that say what the file holds. */
export const fileNames = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      kebab: 'Name this file in kebab-case: "{{name}}".',
      vague: 'Name this file for the one thing it holds: "{{name}}" says nothing.',
    },
  },
  create(context) {
    return {
      Program(node) {
        // A leading dot is a tool's: `.dependency-cruiser.mjs`.
        const name = path.basename(context.filename).replace(/^\./, '').split('.')[0] ?? '';
        if (VAGUE.has(name)) context.report({ node, messageId: 'vague', data: { name } });
        else if (!KEBAB.test(name)) context.report({ node, messageId: 'kebab', data: { name } });
      },
    };
  },
};
