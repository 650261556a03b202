import { EmbedderModel, CrossEncoderModel } from '../rows/encoder-types.ts';
import { Comparison } from '../metrics/evidence-table.ts';
import { Judgements } from '../rows/judgements.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { PortType } from '../rows/port-type.ts';
import {
  Answers,
  Chunks,
  Documents,
  Embeddings,
  Hits,
  Index,
  Model,
  Prompts,
  Questions,
} from '../rows/port-types.ts';
import { Adapter, Dataset, Preferences, Tokens } from '../rows/training-types.ts';
import { z } from 'zod';
import { own } from '../base/record.ts';
import type { ParamMeta } from '../params/param-fields.ts';

/** Every port type, by id. An edge is allowed if the ids are equal. */
export const portTypes: Readonly<Record<string, PortType>> = Object.fromEntries(
  [
    ...[Documents, Chunks, Embeddings, Index, Questions, Hits, Prompts, Answers, Model],
    ...[
      Dataset,
      Preferences,
      Tokens,
      Adapter,
      EmbedderModel,
      CrossEncoderModel,
      Metrics,
      Judgements,
      Comparison,
    ],
  ].map((type): [string, PortType] => [type.id, type]),
);

const [firstRowType = Questions.id, ...otherRowTypes] = Object.values(portTypes)
  .filter(({ encoding }) => encoding === 'jsonl')
  .map(({ id }) => id);
/** Ids of the port types with JSON rows, for parameters that choose among them. */
export const rowTypeIds: readonly [string, ...string[]] = [firstRowType, ...otherRowTypes];

/** The parameter `type` of nodes that accept any type of rows. */
export const rowTypeParam = z
  .enum(rowTypeIds)
  .default(Questions.id)
  .meta({ title: 'Type', description: 'The type of the rows.' } satisfies ParamMeta);

/** Reads `type` from a file, valid or not; questions if it names no type of rows. */
export function rowTypeOf(params: Readonly<Record<string, unknown>>): PortType {
  const id = rowTypeIds.find((known) => known === own(params, 'type'));
  return (id === undefined ? undefined : portTypes[id]) ?? Questions;
}
