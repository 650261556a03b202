import { z } from 'zod';
import { namePattern } from '../base/names.ts';
import { own } from '../base/record.ts';
import type { ParamMeta } from '../params/param-fields.ts';
import { Questions } from '../rows/port-types.ts';
import { portTypes } from './port-type-list.ts';
import type { PortType } from '../rows/port-type.ts';

/** Parameters of the structural nodes, read from a file that may be invalid. */

type Params = Readonly<Record<string, unknown>>;

const portName = z
  .string()
  .regex(namePattern, 'Letters, digits, "-" and "_", beginning with a letter or digit')
  .or(z.literal(''));

export const nameParam = portName.default('').meta({
  title: 'Name',
  description: 'Its name outside this graph. Empty: the id of the node.',
  control: 'text',
} satisfies ParamMeta);
export const docParam = z
  .string()
  .default('')
  .meta({
    title: 'Description',
    description: 'One sentence of help for people who use the graph.',
  } satisfies ParamMeta);
export const formerlyParam = z
  .array(z.string())
  .default([])
  .meta({
    title: 'Former names',
    description: 'Earlier names. Connections and calls that use one of them still work.',
    advanced: true,
  } satisfies ParamMeta);

const [firstType = Questions.id, ...otherTypes] = Object.keys(portTypes);
export const typeParam = z
  .enum([firstType, ...otherTypes])
  .default(Questions.id)
  .meta({ title: 'Type', description: 'The type of the data.' } satisfies ParamMeta);

export function textParam(params: Params, name: string): string {
  const value = own(params, name);
  return typeof value === 'string' ? value : '';
}

export function namesParam(params: Params, name: string): readonly string[] {
  const value = own(params, name);
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export function portTypeParam(params: Params): PortType {
  const value = own(params, 'type');
  return (typeof value === 'string' ? own(portTypes, value) : undefined) ?? Questions;
}
