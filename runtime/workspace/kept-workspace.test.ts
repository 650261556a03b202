import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGraph, serializeGraph, type RunEvent } from '@graft/graph';
import { keptWorkspaces, unpackKeptWorkspace } from './testing/kept-workspace.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const keptRuns = keptWorkspaces.d69eacb;
let root: string;
let workspace: Workspace;
const graphs = ['adapter.graft.json', 'retrieval.graft.json'];

beforeAll(async () => {
  root = await unpackKeptWorkspace('d69eacb');
  workspace = await openWorkspace({ root });
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

describe('a workspace kept from d69eacb', () => {
  it('has its graphs, which save byte for byte the same', async () => {
    const listed = await workspace.graphs.list();
    expect(listed.map(({ path }) => path).sort()).toEqual(graphs);
    for (const path of graphs) {
      const { text, revision } = await workspace.graphs.read(path);
      expect(serializeGraph(parseGraph(text))).toBe(text);
      const saved = await workspace.graphs.save(path, text, revision);
      expect(saved.revision).toBe(revision);
      expect(await readFile(join(root, path), 'utf8')).toBe(text);
    }
  });

  it('lists and shows its runs as they ended', async () => {
    const runs = await workspace.journal.list({ limit: 100 });
    expect(runs.map(({ id, status }) => [id, status]).reverse()).toEqual(
      keptRuns.map((id, at) => [id, at === 3 ? 'failed' : 'succeeded']),
    );
    for (const id of keptRuns) {
      const events: RunEvent[] = [];
      for await (const event of workspace.runs.events(id, 0, new AbortController().signal)) {
        events.push(event);
      }
      // In order; tokens of runs that succeeded have gone since.
      const seqs = events.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      expect(seqs[0]).toBe(1);
      expect(events[0]?.type).toBe('run.started');
      expect(events.at(-1)?.type).toBe('run.finished');
    }
    const failed = await workspace.runs.why(keptRuns[3], 'questions');
    expect(failed.error?.message).toContain('question');
  });

  it('still gives every row of every output of old runs', async () => {
    const types = new Set<string>();
    for (const id of keptRuns) {
      for (const step of await workspace.journal.steps(id)) {
        for (const ref of Object.values(step.outputs)) {
          const { total, rows } = await workspace.rows.page(ref, 0, 100);
          expect(rows).toHaveLength(ref.mediaType.endsWith('+tree') ? 1 : (ref.count ?? 1));
          expect(total).toBe(rows.length);
          types.add(ref.mediaType);
        }
      }
    }
    expect(types.size).toBe(13);
  });

  it('plans its graphs, and nothing that is stored is damaged', async () => {
    for (const path of graphs) {
      const { text } = await workspace.graphs.read(path);
      const report = await workspace.runs.explain(parseGraph(text), path);
      expect(report.problems).toEqual([]);
      expect(report.nodes.map(({ node }) => node).sort()).toEqual(
        Object.keys(parseGraph(text).nodes).sort(),
      );
    }
    expect((await workspace.storage.verify()).damaged).toEqual([]);
  });
});
