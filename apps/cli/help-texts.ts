import { exitCode } from './exit-code.ts';

const exitCodes = `Exit codes: ${exitCode.succeeded} succeeded, ${exitCode.failed} failed, ${exitCode.badInput} bad input, ${exitCode.cancelled} cancelled.`;

/** After the help of `graft run`. */
export const runExamples = `
Examples:
  graft run examples/rag-quickstart.graft.json
  graft run quickstart.graft.json --set chunk-1.size=256 --set generate-1.seed=7
  graft run quickstart.graft.json --only retrieve-1 --out results
  graft run answers.graft.json --input question="What is LoRA?" --output answers
  graft run quickstart.graft.json --json | tail -n 1

${exitCodes}`;

/** After the help of `graft experiment`. */
export const experimentExamples = `
Examples:
  graft experiment chunking.graft.json
  graft experiment chunking.graft.json sizes --out sizes.md
  graft experiment chunking.graft.json sizes --json | tail -n 1

${exitCodes}`;

/** After the help of `graft worker`. */
export const workerHelp = `
A worker needs the GRAFT_DATABASE=postgres://… of "graft serve" or "graft run", the same GRAFT_ARTIFACTS, and the same
version of Graft. The first interrupt lets it finish its steps; the second leaves them to other workers.

Examples:
  graft worker --queues gpu --slots 1
  graft worker --queues cpu,web --slots 4
`;

/** After the help of `graft`. */
export const graftExamples = `
Examples:
  graft serve examples
  graft run examples/rag-quickstart.graft.json
  graft why latest embed-1

The workspace of a FILE is the nearest folder above it that has .graft and the graphs that the file uses. If there is
none, as in a fresh clone, Graft takes the nearest folder with those graphs. If the file uses none, it takes the nearest
with the data in its lock, else the file's own folder. Give --workspace DIR for another one.
`;

/** The help of `--workspace`, for commands that take a graph file. */
export const workspaceOfFile = 'workspace folder (default: found from the file; see graft --help)';
