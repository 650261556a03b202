import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { references, root } from './references.ts';

it.each([...(await references())])('%s is what npm run docs writes', async (page, text) => {
  expect(await readFile(path.join(root, page), 'utf8'), 'run npm run docs').toBe(text);
});
