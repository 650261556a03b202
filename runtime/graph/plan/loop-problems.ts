import { suggestion } from '../base/nearest.ts';
import { own } from '../base/record.ts';
import { portPhrase, type PortType } from '../rows/port-type.ts';
import { Anything } from '../rows/port-types.ts';
import { stateNames } from '../types/structure-nodes.ts';
import { namesParam, textParam } from '../types/structure-params.ts';
import type { NodeDraft } from './node-draft.ts';
import { list } from './param-problems.ts';
import type { ProblemReport } from './problem-report.ts';

/** Reports what keeps a graph from being run again and again: its state, and what the loop says of its outputs. */
export function reportLoop(
  node: string,
  { definition, node: { params } }: NodeDraft,
  report: ProblemReport,
): void {
  const { inputs, outputs } = definition;
  const state = stateNames(definition);
  if (state.length === 0) {
    const message = `Nothing leads from one round to the next: none of the graph's outputs (${list(Object.keys(outputs))}) is named like one of its inputs (${list(Object.keys(inputs))}). Name them alike where a round goes on with what the one before gave.`;
    report.add('bad-param', message, { node, param: 'use' });
    return;
  }
  for (const name of state) {
    const taken = own(inputs, name);
    const given = own(outputs, name);
    if (taken === undefined || given === undefined) continue;
    if (taken.many === true) {
      const message = `The input "${name}" of the graph takes many edges, and a round gives the next one thing only. Take one there.`;
      report.add('too-many-edges', message, { node, port: name });
    } else if (taken.type.id !== given.type.id && given.type.id !== Anything.id) {
      const message = `A round takes ${portPhrase(taken.type)} as "${name}", and gives ${portPhrase(given.type)}: the next could not go on with it. Give the same type, or name the output otherwise.`;
      report.add('type-mismatch', message, { node, port: name });
    }
  }
  const ending = textParam(params, 'while');
  if (ending !== '') {
    const why = !state.includes(ending)
      ? `is no output that is also an input.${suggestion(ending, state) || ` There are ${list(state)}.`}`
      : hasRows(own(outputs, ending)?.type)
        ? undefined
        : 'has no rows to run out of. Leave it empty, or name another.';
    if (why !== undefined) report.add('bad-param', `"${ending}" ${why}`, { node, param: 'while' });
  }
  for (const name of new Set(namesParam(params, 'collect'))) {
    const output = own(outputs, name);
    const others = Object.keys(outputs).filter((one) => !state.includes(one));
    const why =
      output === undefined
        ? `is no output of the graph.${suggestion(name, others) || ` It gives ${list(others)} beside what leads to the next round.`}`
        : state.includes(name)
          ? 'leads from round to round, and cannot be gathered over all of them as well.'
          : output.type.encoding !== 'jsonl' && output.type.id !== Anything.id
            ? `gives ${portPhrase(output.type)}, which has no rows that can be gathered.`
            : undefined;
    if (why !== undefined) report.add('bad-param', `"${name}" ${why}`, { node, param: 'collect' });
  }
}

function hasRows(type: PortType | undefined): boolean {
  return type === undefined || type.encoding === 'jsonl' || type.encoding === 'vectors';
}
