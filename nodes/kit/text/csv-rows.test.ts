import { GraphError } from '@graft/graph';
import { expect, it } from 'vitest';
import { csvRows } from './csv-rows.ts';

it('what fails while a table is read ends it, and nobody waits for more', async () => {
  async function* cutOff(): AsyncGenerator<string> {
    yield 'title,price\nsmall,22\n';
    await Promise.resolve();
    throw new GraphError('bad-input', 'The file is not UTF-8.');
  }
  const rows = (async () => {
    for await (const _ of csvRows(cutOff(), 'bowls.csv'));
  })();
  await expect(rows).rejects.toMatchObject({
    code: 'bad-input',
    message: 'The file is not UTF-8.',
  });
});
