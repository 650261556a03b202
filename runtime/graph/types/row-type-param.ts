import { z } from 'zod';
import { own } from '../base/record.ts';
import type { ParamMeta } from '../params/param-meta.ts';
import { Questions } from '../rows/port-types.ts';
import { portTypes, rowTypeIds } from './port-type-list.ts';
import type { PortType } from '../rows/port-type.ts';

/** The parameter `type` of nodes whose rows are of any type. */
export const rowTypeParam = z
  .enum(rowTypeIds)
  .default(Questions.id)
  .meta({ title: 'Type', description: 'The type of the rows.' } satisfies ParamMeta);

/** What `type` says, as it stands in a file, right or wrong: questions where it names no type of rows. */
export function rowTypeOf(params: Readonly<Record<string, unknown>>): PortType {
  const id = rowTypeIds.find((one) => one === own(params, 'type'));
  return (id === undefined ? undefined : portTypes[id]) ?? Questions;
}
