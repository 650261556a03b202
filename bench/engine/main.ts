import { setMaxListeners } from 'node:events';
import { printTable, verdict } from '../report/table.ts';
import { runGraft } from './graft-runner.ts';
import { runLangGraph } from './langgraph-runner.ts';
import { chain, layers, type Shape } from './shapes.ts';

/** Bars of the engine, in milliseconds a node. */
const bars = { cold: 3, cached: 0.5, plan: 0.2 };
const sizes = [100, 1000, 5000];
// LangGraph.js adds a listener of one signal for each node of a step.
setMaxListeners(0);

// One run of each before counting, so that neither pays for loading its code.
await runGraft(chain(20));
await runLangGraph(chain(20));

const rows: string[][] = [];
for (const make of [chain, layers]) {
  for (const size of sizes) rows.push(await compare(make(size)));
}
console.log(
  'Trivial nodes, milliseconds a node. Graft writes every output to fsynced files and SQLite; LangGraph.js keeps all in memory.\n',
);
printTable(
  ['graph', 'plan', 'cold', 'cached', 'LangGraph', 'cold / LG', 'cached / LG', 'bars'],
  rows,
);
console.log(
  `\nBars: cold ≤ ${String(bars.cold)}, cached ≤ ${String(bars.cached)}, plan ≤ ${String(bars.plan)} ms a node; growth is linear where a column stays level.`,
);

async function compare(shape: Shape): Promise<string[]> {
  const count = shape.parents.length;
  const graft = await runGraft(shape);
  const peer = await runLangGraph(shape);
  const peerTotal = peer.compile + peer.run;
  const met = [
    verdict(graft.cold / count, { atMost: bars.cold }),
    verdict(graft.cached / count, { atMost: bars.cached }),
    verdict(graft.plan / count, { atMost: bars.plan }),
  ];
  return [
    shape.name,
    (graft.plan / count).toFixed(3),
    (graft.cold / count).toFixed(3),
    (graft.cached / count).toFixed(3),
    (peerTotal / count).toFixed(3),
    `${(graft.cold / peerTotal).toFixed(2)}×`,
    `${(graft.cached / peerTotal).toFixed(2)}×`,
    met.every((word) => word === 'met') ? 'met' : 'MISSED',
  ];
}
