import { GraphError } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { reportError } from '../problem-report.ts';
import { collectCache } from './cache.ts';

const collect = vi.hoisted(() => vi.fn<() => Promise<never>>());
vi.mock('../opened-workspace.ts', () => ({
  open: async () => ({ storage: { collect }, [Symbol.asyncDispose]: async () => undefined }),
}));

async function reported(failure: Error): Promise<string> {
  collect.mockRejectedValueOnce(failure);
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await collectCache({ maxSize: '0', workspace: import.meta.dirname });
  } catch (error) {
    reportError(error);
  }
  const output = written.mock.calls.map(([text]) => String(text)).join('');
  written.mockRestore();
  return output;
}

it('does not advise itself where the disk is full of other files', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
  for (const failure of [full, GraphError.from(full)]) {
    const output = await reported(failure);
    expect(output).toContain('The disk is full of other files');
    expect(output).not.toContain('--max-size');
  }
});

it('tells any other failure as it is', async () => {
  expect(await reported(new GraphError('store-locked', 'Another one has it.'))).toContain(
    'Another one has it.',
  );
});
