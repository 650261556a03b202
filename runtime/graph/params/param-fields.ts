import { z } from 'zod';
import { type ModelKind, modelKindSchema } from '../rows/model.ts';

/** A strict object with a default for every field, so that `{}` parses. */
export type ParamsSchema = z.ZodObject;

/** Languages of code parameters. */
export type CodeLanguage = 'javascript' | 'sql';

export interface ParamMeta {
  readonly title: string;
  readonly description?: string;
  readonly unit?: string;
  /** Example for an empty field; for pairs, a name. */
  readonly example?: string;
  /** For one that may be null: what the node does then, for the empty field. */
  readonly auto?: string;
  /** `file`: one path below the workspace; `files`: several, and globs. */
  readonly control?: 'text' | 'multiline' | 'file' | 'files' | 'model' | 'questions' | 'secret';
  /** For paths: allowed name endings, `/` for folders; absent: all. */
  readonly takes?: readonly string[];
  /** Of a model that is chosen here or, in a `text`, of one on a server. */
  readonly modelKind?: ModelKind;
  /** For a prompt or template: the names that it may use in braces, `{name}`; other braces stay. */
  readonly places?: readonly string[];
  /** For code: its language. */
  readonly language?: CodeLanguage;
  /** For a list: the input port whose edges its entries follow, in order. */
  readonly entryPerEdge?: string;
  /** Shown under “More”. */
  readonly advanced?: boolean;
  /** `false` for parameters that only affect speed: the cache key omits them. */
  readonly affectsResult?: boolean;
}

export type ParamControl =
  | 'number'
  | 'integer'
  | 'text'
  | 'multiline'
  | 'boolean'
  | 'select'
  | 'file'
  | 'files'
  | 'model'
  | 'questions'
  | 'secret'
  | 'pairs'
  | 'json';

/** One row of a node's parameter form. Bounds (for pairs, of each value) are inclusive, except `exclusive` ones. */
export interface ParamField {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly unit?: string;
  readonly control: ParamControl;
  /** Example shown in an empty field. */
  readonly example?: string;
  readonly min?: number;
  readonly max?: number;
  /** `min` itself is not allowed (a number that must be above 0). */
  readonly minExclusive: boolean;
  readonly maxExclusive: boolean;
  readonly default: unknown;
  /** Allowed values of a `select`, or of the entries of a list. */
  readonly options?: readonly (string | number)[];
  /** Type of the entries of a plain list, or of numeric values of pairs. */
  readonly entries?: 'text' | 'number' | 'integer';
  /** The input port whose edges the entries of the list follow, in order. */
  readonly entryPerEdge?: string;
  /** The value may be null: "not set". */
  readonly nullable: boolean;
  /** What the node does where the value is null. */
  readonly auto?: string;
  readonly advanced: boolean;
  /** For paths: allowed name endings, `/` for folders; absent: all. */
  readonly takes?: readonly string[];
  readonly modelKind?: ModelKind;
  /** For a prompt or template: the names that it may use in braces; none if nothing is filled in. */
  readonly places?: readonly string[];
  /** For code: its language. */
  readonly language?: CodeLanguage;
  /** False for parameters that only affect speed. */
  readonly affectsResult: boolean;
}

const boundsShape = {
  minimum: z.number().optional().catch(undefined),
  maximum: z.number().optional().catch(undefined),
  exclusiveMinimum: z.number().optional().catch(undefined),
  exclusiveMaximum: z.number().optional().catch(undefined),
};

/** The parts that the form reads of a property in the params' JSON schema, including our `.meta()`. */
const propertySchema = z.looseObject({
  type: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  unit: z.string().optional().catch(undefined),
  example: z.string().optional().catch(undefined),
  auto: z.string().optional().catch(undefined),
  control: z
    .enum(['text', 'multiline', 'file', 'files', 'model', 'questions', 'secret'])
    .optional()
    .catch(undefined),
  takes: z.array(z.string()).optional().catch(undefined),
  modelKind: modelKindSchema.optional().catch(undefined),
  places: z.array(z.string()).optional().catch(undefined),
  language: z.enum(['javascript', 'sql']).optional().catch(undefined),
  advanced: z.boolean().optional().catch(undefined),
  affectsResult: z.boolean().optional().catch(undefined),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional().catch(undefined),
  const: z.unknown().optional(),
  entryPerEdge: z.string().optional().catch(undefined),
  items: z
    .looseObject({
      type: z.string().optional().catch(undefined),
      enum: z.array(z.unknown()).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  anyOf: z.array(z.looseObject({})).optional().catch(undefined),
  additionalProperties: z
    .looseObject({ type: z.string().optional().catch(undefined), ...boundsShape })
    .optional()
    .catch(undefined),
  ...boundsShape,
});
type Property = z.infer<typeof propertySchema>;

/** `type: [x, null]` is short for `anyOf: [x, null]`. */
function spelledOut(written: unknown): unknown {
  const { type, ...others } = z.looseObject({}).parse(written);
  if (!Array.isArray(type)) return written;
  return { ...others, anyOf: type.map((each: unknown) => ({ type: each })) };
}

const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.preprocess(spelledOut, propertySchema)).default({}),
});

/** By schema, which nodes of one type share although their ports may differ. */
const cache = new WeakMap<ParamsSchema, readonly ParamField[]>();

/** The parameter form of a node type, or of anything else with a schema, in schema order. Computed once. */
export function paramFields({ params }: { readonly params: ParamsSchema }): readonly ParamField[] {
  const known = cache.get(params);
  if (known !== undefined) return known;
  const schema = objectSchema.parse(
    z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }),
  );
  const fields = Object.entries(schema.properties).map(([name, property]) => field(name, property));
  cache.set(params, fields);
  return fields;
}

function field(name: string, outer: Property): ParamField {
  const { property, nullable } = withoutNull(outer);
  const options = allowedValues(property);
  const bounds = (property.type === 'object' ? property.additionalProperties : property) ?? {};
  const min = bound(bounds.minimum ?? bounds.exclusiveMinimum);
  const max = bound(bounds.maximum ?? bounds.exclusiveMaximum);
  const entries = entriesOf(property);
  return {
    name,
    title: property.title ?? name,
    ...(property.description === undefined ? {} : { description: property.description }),
    ...(property.unit === undefined ? {} : { unit: property.unit }),
    control: property.control ?? controlOf(property, options),
    ...(property.example === undefined ? {} : { example: property.example }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    minExclusive: bounds.minimum === undefined && bounds.exclusiveMinimum !== undefined,
    maxExclusive: bounds.maximum === undefined && bounds.exclusiveMaximum !== undefined,
    default: property.default,
    ...(options === undefined ? {} : { options }),
    ...(entries === undefined ? {} : { entries }),
    ...(property.entryPerEdge === undefined ? {} : { entryPerEdge: property.entryPerEdge }),
    nullable,
    ...(property.auto === undefined ? {} : { auto: property.auto }),
    advanced: property.advanced ?? false,
    ...(property.takes === undefined ? {} : { takes: property.takes }),
    ...(property.modelKind === undefined ? {} : { modelKind: property.modelKind }),
    ...(property.places === undefined ? {} : { places: property.places }),
    ...(property.language === undefined ? {} : { language: property.language }),
    affectsResult: property.affectsResult ?? true,
  };
}

/** `anyOf: [x, null]` is an x that may be null; outer annotations (default, title) stay. */
function withoutNull(outer: Property): { property: Property; nullable: boolean } {
  const branches = outer.anyOf ?? [];
  const rest = branches.filter((branch) => branch['type'] !== 'null');
  const [only] = rest;
  if (only === undefined || rest.length !== 1 || branches.length !== 2) {
    return { property: outer, nullable: false };
  }
  const inner = propertySchema.parse(only);
  const annotations = Object.entries(outer).filter(
    ([key, value]) => value !== undefined && key !== 'anyOf',
  );
  return { property: { ...inner, ...Object.fromEntries(annotations) }, nullable: true };
}

function allowedValues(property: Property): readonly (string | number)[] | undefined {
  const values =
    property.enum ??
    property.items?.enum ??
    property.anyOf?.map((branch) => branch['const']) ??
    (property.const === undefined ? [] : [property.const]);
  const plain = values.filter((value) => typeof value === 'string' || typeof value === 'number');
  return plain.length === 0 || plain.length !== values.length ? undefined : plain;
}

function entriesOf({ type, items, additionalProperties }: Property): ParamField['entries'] {
  const each = (type === 'object' ? additionalProperties : items)?.type;
  switch (each) {
    case 'string':
      return type === 'object' ? undefined : 'text';
    case 'number':
    case 'integer':
      return each;
    default:
      return undefined;
  }
}

function controlOf(property: Property, options: readonly unknown[] | undefined): ParamControl {
  if (options !== undefined && property.type !== 'array') return 'select';
  switch (property.type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return property.type;
    case 'string':
      return 'text';
    case 'object':
      return ['string', 'number', 'integer'].includes(property.additionalProperties?.type ?? '')
        ? 'pairs'
        : 'json';
    default:
      return 'json';
  }
}

/** The bounds of whole numbers in a double tell people nothing. */
function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}
