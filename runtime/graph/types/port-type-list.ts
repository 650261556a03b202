import { EmbedderModel } from '../rows/encoder-types.ts';
import { CrossEncoderModel } from '../rows/cross-encoder-type.ts';
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

/** Every port type that flows, by id. Equality of ids decides whether an edge is allowed. */
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
/** Ids of the port types that are JSON rows, for parameters that choose among them. */
export const rowTypeIds: readonly [string, ...string[]] = [firstRowType, ...otherRowTypes];
