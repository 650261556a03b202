import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseGraph, type StepSummary } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { keptWorkspaces, unpackKeptWorkspace } from './testing/kept-workspace.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const keptRuns = keptWorkspaces.d69eacb;
let root: string;
let workspace: Workspace;

beforeAll(async () => {
  root = await unpackKeptWorkspace('d69eacb');
  workspace = await openWorkspace({ root, threads: 2, workerEntry: builtProcess('worker') });
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

/** Rows of an output as they were before and are now; the scores of a search may differ in their last digit. */
async function rowsOf(step: StepSummary | undefined): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  for (const ref of Object.values(step?.outputs ?? {})) {
    rows.push(...(await workspace.rows.page(ref, 0, 1000)).rows);
  }
  return rows;
}

it('runs a graph kept from d69eacb again: what is cached or computed anew is what was there', async () => {
  const file = 'retrieval.graft.json';
  const before = await workspace.journal.steps(keptRuns[0]);
  const graph = parseGraph((await workspace.graphs.read(file)).text);
  const { runId, finished } = await workspace.runs.start(graph, file);
  expect((await finished).status).toBe('succeeded');
  const now = await workspace.journal.steps(runId);
  expect(now.map(({ node }) => node).sort()).toEqual(before.map(({ node }) => node).sort());
  for (const node of ['files', 'chunk', 'questions', 'inject-context']) {
    const [was, is] = [before, now].map((steps) => steps.find((step) => step.node === node));
    expect(await rowsOf(is)).toEqual(await rowsOf(was));
  }
});
