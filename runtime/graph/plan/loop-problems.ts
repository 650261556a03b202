import { suggestion } from '../base/message-words.ts';
import { own } from '../base/record.ts';
import { portPhrase, type PortType } from '../rows/port-type.ts';
import { Anything } from '../rows/port-types.ts';
import { stateNames } from '../types/structure-nodes.ts';
import { namesParam, textParam } from '../types/structure-params.ts';
import type { NodeDraft } from './node-draft.ts';
import { list } from './param-problems.ts';
import type { ProblemReport } from './problem-report.ts';

/** Reports what prevents a loop: problems of its state and of the outputs that it names. */
export function reportLoop(
  node: string,
  { definition, node: { params } }: NodeDraft,
  report: ProblemReport,
): void {
  const { inputs, outputs } = definition;
  const state = stateNames(definition);
  if (state.length === 0) {
    const message = `No output of the graph (${list(Object.keys(outputs))}) has the name of an input (${list(Object.keys(inputs))}), so a round passes nothing to the next. Give an output the name of the input that it feeds in the next round.`;
    report.add('bad-param', message, { node, param: 'use' });
    return;
  }
  for (const name of state) {
    const taken = own(inputs, name);
    const given = own(outputs, name);
    if (taken === undefined || given === undefined) continue;
    if (taken.many === true) {
      const message = `The input "${name}" of the graph takes many connections, but a round passes on only one output. Let the input take one connection.`;
      report.add('too-many-edges', message, { node, port: name });
    } else if (taken.type.id !== given.type.id && given.type.id !== Anything.id) {
      const message = `The input "${name}" takes ${portPhrase(taken.type)}, but the output "${name}" gives ${portPhrase(given.type)}, which the next round cannot use. Give both the same type, or rename the output.`;
      report.add('type-mismatch', message, { node, port: name });
    }
  }
  const ending = textParam(params, 'while');
  if (ending !== '') {
    const why = !state.includes(ending)
      ? `is not both an output and an input.${suggestion(ending, state) || ` Choose among ${list(state)}.`}`
      : hasRows(own(outputs, ending)?.type)
        ? undefined
        : 'has no rows that could run out. Name another output, or leave this empty.';
    if (why !== undefined) report.add('bad-param', `"${ending}" ${why}`, { node, param: 'while' });
  }
  for (const name of new Set(namesParam(params, 'collect'))) {
    const output = own(outputs, name);
    const others = Object.keys(outputs).filter((output) => !state.includes(output));
    const why =
      output === undefined
        ? `is not an output of the graph that can be collected.${suggestion(name, others) || ` Choose among ${list(others)}.`}`
        : state.includes(name)
          ? 'feeds the next round, so it cannot also be collected over all rounds.'
          : output.type.encoding !== 'jsonl' && output.type.id !== Anything.id
            ? `gives ${portPhrase(output.type)}, which has no rows to collect.`
            : undefined;
    if (why !== undefined) report.add('bad-param', `"${name}" ${why}`, { node, param: 'collect' });
  }
}

function hasRows(type: PortType | undefined): boolean {
  return type === undefined || type.encoding === 'jsonl' || type.encoding === 'vectors';
}
