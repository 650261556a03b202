import { isRecord, portTypes } from '@graft/graph';
import { z } from 'zod';

/** What the JSON schema of a row says of one of its values, as far as a form needs it. */
export interface ValueShape {
  readonly type?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  /** Of an object: its fields in order, and which of them it has to have. */
  readonly fields?: ReadonlyMap<string, ValueShape>;
  readonly required?: ReadonlySet<string>;
  /** Of a list. */
  readonly items?: ValueShape | undefined;
  readonly fewest?: number | undefined;
}

const nodeSchema = z.looseObject({
  type: z.string().optional().catch(undefined),
  enum: z.array(z.string()).optional().catch(undefined),
  properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
  required: z.array(z.string()).optional().catch(undefined),
  items: z.unknown().optional(),
  minItems: z.number().optional().catch(undefined),
});

function shapeOf(schema: unknown): ValueShape {
  const read = nodeSchema.safeParse(schema);
  if (!read.success) return {};
  const { type, enum: choices, properties, required, items, minItems } = read.data;
  return {
    type,
    choices,
    ...(properties === undefined
      ? {}
      : {
          fields: new Map(Object.entries(properties).map(([name, each]) => [name, shapeOf(each)])),
          required: new Set(required),
        }),
    ...(items === undefined ? {} : { items: shapeOf(items), fewest: minItems }),
  };
}

/** What rows of a port type look like; nothing is said of an unknown type. */
export function rowShape(type: string): ValueShape {
  const schema = Object.hasOwn(portTypes, type) ? portTypes[type]?.schema : undefined;
  return schema === undefined
    ? {}
    : shapeOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

/** The emptiest value of a shape: what has to be there, and nothing else. */
export function emptyValue(shape: ValueShape | undefined): unknown {
  const { type, choices, fields, required, items, fewest = 0 } = shape ?? {};
  const [first] = choices ?? [];
  if (first !== undefined) return first;
  switch (type) {
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return Array.from({ length: fewest }, () => emptyValue(items));
    case 'object':
      return Object.fromEntries(
        [...(fields ?? [])]
          .filter(([name]) => required?.has(name) === true)
          .map(([name, each]) => [name, emptyValue(each)]),
      );
    case 'string':
      return '';
    default:
      return null;
  }
}

/** A new row as its line: without an id, so that it is named by what will stand in it. */
export function emptyLine(shape: ValueShape): string {
  const value = emptyValue(shape);
  const { id: _id, ...fields } = isRecord(value) ? value : {};
  return JSON.stringify(fields);
}
