import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  conditionsOf,
  metricMeaning,
  Metrics,
  paramFields,
  portTypes,
  structuralTypes,
} from '@graft/graph';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { headingAnchor } from '../scripts/docs/markdown-links.ts';
import { definitions, registry } from './definitions.gen.ts';
import { previews } from './previews.gen.ts';
import { implementations } from './runs.gen.ts';

const folder = import.meta.dirname;

test('the registries hold every folder that has a node.ts, and nothing else', () => {
  const types = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'node.ts')));
  expect(definitions.map(({ type }) => type)).toEqual(types.sort());
  const structural = structuralTypes.map(({ type }) => type);
  expect([...registry.keys()]).toEqual([...structural, ...types]);
  expect([...implementations.keys()].sort()).toEqual(types);
  expect(Object.keys(previews).sort()).toEqual(types);
});

describe.each(definitions.map((node) => [node.type, node] as const))('%s', (type, node) => {
  const defaults = node.params.parse({});
  const inputs = Object.entries(node.inputs);
  const outputs = Object.entries(node.outputs);

  it('has defaults for every parameter and refuses unknown ones', () => {
    expect(Object.keys(defaults).sort()).toEqual(Object.keys(node.params.shape).sort());
    expect(node.params.safeParse({ 'no-such-parameter': 1 }).success).toBe(false);
    expect(node.params.parse(defaults)).toEqual(defaults);
  });

  it('can be drawn as a form: JSON schema, a title and plain words for each parameter', () => {
    const schema = z.toJSONSchema(node.params, { io: 'input' });
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      expect(field, name).toMatchObject({ title: expect.stringMatching(/\S/) });
      expect(field, name).toMatchObject({ description: expect.stringMatching(/\.$/) });
      expect(field, name).toHaveProperty('default');
      const { control, modelKind } = z
        .looseObject({ control: z.string().optional(), modelKind: z.string().optional() })
        .parse(field);
      // A text with a kind names a model on a server.
      if (control === 'model') expect(modelKind, `${name}: a model has a kind`).toBeDefined();
      else if (control !== undefined) expect(modelKind, `${name}: it is no model`).toBeUndefined();
    }
  });

  it('says of each prompt what is filled in, as its default and its words have it', () => {
    for (const { name, control, places, description = '', ...field } of paramFields(node)) {
      const text = control === 'multiline' ? String(field.default) : '';
      const named = [...`${text} ${description}`.matchAll(/\{(\w+)\}/g)].map(([, each]) => each);
      if (control === 'multiline' && named.length > 0) {
        expect(places, name).toEqual(expect.arrayContaining(named));
      }
      if (places !== undefined) expect(control, name).toBe('multiline');
    }
  });

  it('says of each path that it is one, so that it is chosen from the workspace', () => {
    for (const { name, control, takes, description = '', ...field } of paramFields(node)) {
      const path = 'a.labels.jsonl';
      const given = { [name]: Array.isArray(field.default) ? [path] : path };
      const params = node.params.safeParse(given);
      const sources = params.success ? (node.sources?.(params.data) ?? []) : [];
      const isRead = sources.some(({ kind, param }) => kind === 'files' && param === name);
      const isPath = control === 'file' || control === 'files';
      expect(isPath, name).toBe(isRead || /in the workspace/i.test(description));
      if (takes !== undefined) expect(isPath, name).toBe(true);
    }
  });

  it('says where parameters count by values that others can have', () => {
    const fields = new Map(paramFields(node).map((field) => [field.name, field]));
    for (const name of Object.keys(node.when ?? {})) {
      expect(fields.has(name), name).toBe(true);
      const conditions = conditionsOf(node, name);
      expect(conditions, name).not.toEqual([]);
      for (const [other, wanted] of conditions.flatMap((one) => Object.entries(one))) {
        const field = fields.get(other);
        expect(other, name).not.toBe(name);
        if (wanted !== undefined && 'length' in wanted) {
          expect(field?.options, `${name}: ${other}`).toEqual(expect.arrayContaining([...wanted]));
          expect(wanted.length, `${name}: ${other}`).toBeLessThan(field?.options?.length ?? 0);
        } else {
          expect(['number', 'integer'], `${name}: ${other}`).toContain(field?.control);
        }
      }
    }
  });

  it('says what its metrics mean, and its tests hold each row that it gives against that', () => {
    const { meanings } = node;
    const gives = outputs.some(([, port]) => port.type.id === Metrics.id);
    const own = gives && node.ports === undefined;
    expect(meanings !== undefined).toBe(own);
    if (meanings === undefined) return;
    for (const [name, meaning] of Object.entries(meanings)) expect(meaning, name).toMatch(/\S\.$/);
    for (const name of node.metrics?.(defaults) ?? []) {
      expect(metricMeaning(meanings, name), name).toBeDefined();
    }
    const tests = readdirSync(join(folder, type), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?:test|testing\/[^/]+)\.ts$/.test(name))
      .map((name) => readFileSync(join(folder, type, name), 'utf8'));
    const shared = readFileSync(
      join(folder, 'kit/training/training.sampled.integration.test.ts'),
      'utf8',
    );
    expect([...tests, type === 'train-lora' ? shared : ''].join('')).toContain('explained(');
  });

  it('documents itself and its ports', () => {
    expect(node.type).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(node.title).toMatch(/\S/);
    expect(node.doc).toMatch(/\.$/);
    expect(outputs.length).toBeGreaterThan(0);
    for (const [name, port] of [...inputs, ...outputs]) {
      expect(port.doc, name).toMatch(/\.$/);
      expect(portTypes[port.type.id], name).toBe(port.type);
    }
  });

  it('summarizes its defaults in up to three short lines', () => {
    const lines = node.summary(defaults);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(3);
    for (const [name, value] of lines) {
      expect(name).toMatch(/\S/);
      expect(value).toMatch(/\S/);
    }
  });

  it('maps over something it has, to one output', () => {
    const over = node.items?.over;
    if (over === undefined) return;
    expect(outputs).toHaveLength(1);
    if (typeof over === 'string') {
      const input = node.inputs[over];
      expect(input?.many ?? false).toBe(false);
      expect(['jsonl', 'vectors']).toContain(input?.type.encoding);
    } else {
      const params = Object.keys(defaults);
      expect(params).toContain(over.files);
      expect(node.sources?.(defaults).some(({ param }) => param === over.files)).toBe(true);
    }
  });

  it('has sources, facets and checks that stand knowing nothing', () => {
    for (const source of node.sources?.(defaults) ?? [])
      expect(defaults).toHaveProperty(source.param);
    for (const port of Object.keys(node.facets?.(defaults, {}, () => undefined) ?? {})) {
      expect(node.outputs).toHaveProperty(port);
    }
    for (const { param, port, message } of node.check?.(defaults, {}, () => undefined) ?? []) {
      if (param !== undefined) expect(defaults).toHaveProperty(param);
      if (port !== undefined) expect(node.inputs).toHaveProperty(port);
      expect(message).toMatch(/\.$/);
    }
  });

  it('has presets that set the same parameters, one of them to their defaults', () => {
    const { presets } = node;
    if (presets === undefined) return;
    const names = Object.keys(presets[0]?.params ?? {});
    for (const preset of presets) {
      expect(Object.keys(preset.params)).toEqual(names);
      expect(node.params.safeParse({ ...defaults, ...preset.params }).success).toBe(true);
    }
    expect(
      presets.some(({ params }) => names.every((name) => params[name] === defaults[name])),
    ).toBe(true);
  });

  it('has a seed where its caching is seeded', () => {
    expect('seed' in defaults).toBe(node.caching === 'seeded');
  });

  it('upgrades from version 1 without a gap', () => {
    expect(node.version).toBeGreaterThanOrEqual(1);
    expect(node.implementation).toBeGreaterThanOrEqual(1);
    const from = node.migrations.map((migration) => migration.from);
    expect(from).toEqual(Array.from({ length: node.version - 1 }, (_, at) => at + 1));
  });

  it('runs as it is defined', () => {
    const run = implementations.get(type);
    expect(run?.definition).toBe(node);
    expect(run !== undefined && 'runItems' in run).toBe(node.items !== undefined);
  });

  it('has help that needs no other page', () => {
    for (const { description = '' } of paramFields(node))
      expect(description).not.toMatch(/README|see (above|below)/i);
  });

  it('has a README that leads to its ports and parameters', () => {
    const readme = readFileSync(join(folder, type, 'README.md'), 'utf8');
    expect(readme.split('\n')[0]).toBe(`# ${node.title}`);
    expect(readme).toContain(`(../../docs/nodes.md#${headingAnchor(node.title)})`);
  });
});
