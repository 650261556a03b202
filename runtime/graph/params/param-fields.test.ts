import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { paramFields } from './param-fields.ts';
import { secretParam } from './shared-params.ts';
import { numberNode, vectorsNode } from '../testing.ts';

describe('paramFields', () => {
  it('draws a control for every shape of parameter', () => {
    const definition = {
      ...numberNode,
      params: z.strictObject({
        ratio: z.number().gt(0).max(1).default(0.5).meta({ title: 'Ratio', unit: '%' }),
        size: z.int().min(1).default(8).meta({ title: 'Size', advanced: true }),
        any: z.int().default(0),
        name: z.string().default('').meta({ title: 'Name', description: 'Who.' }),
        long: z.string().default('').meta({ title: 'Long', control: 'multiline' }),
        on: z.boolean().default(true),
        mode: z.enum(['a', 'b']).default('a'),
        level: z.union([z.literal(1), z.literal(2)]).default(1),
        limit: z.int().min(1).nullable().default(null).meta({ title: 'Limit' }),
        auto: z
          .string()
          .nullable()
          .default(null)
          .meta({ title: 'Auto', control: 'multiline', auto: 'As it fits.' }),
        list: z.array(z.string()).default([]),
        weights: z
          .array(z.number().min(0))
          .default([])
          .meta({ title: 'Weights', entryPerEdge: 'adapters' }),
        layers: z.array(z.int()).default([]),
        kinds: z.array(z.enum(['md', 'txt'])).default(['md']),
        paths: z.array(z.string()).default([]).meta({ title: 'Paths', control: 'files' }),
        filter: z.record(z.string(), z.string()).default({}),
        trust: z
          .record(z.string(), z.number().min(0).max(1))
          .default({})
          .meta({ title: 'Trust', example: 'a/**' }),
        counts: z.record(z.string(), z.int()).default({}),
        fields: z.record(z.string(), z.unknown()).default({}),
        key: secretParam('Key', 'Whose.'),
        batch: z.int().default(1).meta({ title: 'Batch', affectsResult: false }),
      }),
    };
    const fields = new Map(paramFields(definition as never).map((field) => [field.name, field]));
    expect(fields.get('ratio')).toEqual({
      name: 'ratio',
      title: 'Ratio',
      unit: '%',
      control: 'number',
      min: 0,
      max: 1,
      minExclusive: true,
      maxExclusive: false,
      default: 0.5,
      nullable: false,
      advanced: false,
      affectsResult: true,
    });
    expect(fields.get('auto')).toMatchObject({
      ...{ control: 'multiline', nullable: true, default: null, auto: 'As it fits.' },
    });
    expect(fields.get('kinds')).toMatchObject({ control: 'json', options: ['md', 'txt'] });
    expect(fields.get('size')).toMatchObject({ control: 'integer', min: 1, advanced: true });
    expect(fields.get('size')).not.toHaveProperty('max');
    expect(fields.get('any')).not.toHaveProperty('min');
    expect(fields.get('name')).toMatchObject({
      control: 'text',
      title: 'Name',
      description: 'Who.',
    });
    expect(fields.get('long')?.control).toBe('multiline');
    expect(fields.get('filter')).toMatchObject({ control: 'pairs' });
    expect(fields.get('filter')).not.toHaveProperty('entries');
    expect(fields.get('trust')).toMatchObject({
      ...{ control: 'pairs', entries: 'number', min: 0, max: 1, example: 'a/**' },
    });
    expect(fields.get('counts')).toMatchObject({ control: 'pairs', entries: 'integer' });
    expect(fields.get('fields')).toMatchObject({ control: 'json' });
    expect(fields.get('key')).toMatchObject({
      ...{ control: 'secret', nullable: true, default: null, affectsResult: false },
    });
    expect(fields.get('on')).toMatchObject({ control: 'boolean', title: 'on', default: true });
    expect(fields.get('mode')).toMatchObject({ control: 'select', options: ['a', 'b'] });
    expect(fields.get('level')).toMatchObject({ control: 'select', options: [1, 2] });
    expect(fields.get('limit')).toMatchObject({
      control: 'integer',
      nullable: true,
      default: null,
      title: 'Limit',
      min: 1,
    });
    expect(fields.get('list')).toMatchObject({ control: 'json', entries: 'text' });
    expect(fields.get('weights')).toMatchObject({
      control: 'json',
      entries: 'number',
      entryPerEdge: 'adapters',
    });
    expect(fields.get('layers')?.entries).toBe('integer');
    expect(fields.get('any')).not.toHaveProperty('entries');
    expect(fields.get('paths')?.control).toBe('files');
    expect(fields.get('batch')?.affectsResult).toBe(false);
    expect([...fields.keys()][0]).toBe('ratio');
  });

  it('says which kind of model is wanted', () => {
    expect(paramFields(vectorsNode)).toMatchObject([
      { name: 'model', control: 'model', modelKind: 'embedder', default: 'tiny-embedder' },
    ]);
  });
});
