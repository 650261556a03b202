import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const run = promisify(execFile);
const deploy = path.resolve(import.meta.dirname, '../deploy');
const textOf = (...names: string[]): string => readFileSync(path.join(deploy, ...names), 'utf8');
const settingNames = new Set(
  [...textOf('../docs/settings.md').matchAll(/`((?:GRAFT|AWS|PG)[A-Z\d_]+)`/g)].map(
    ([, name = '']) => name,
  ),
);

describe('the Dockerfile', () => {
  const lines = textOf('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('builds in a stage of its own and runs without the rights of root', () => {
    const known = /^(FROM|WORKDIR|COPY|RUN|ENV|USER|VOLUME|EXPOSE|ENTRYPOINT|CMD) \S/;
    expect(lines.filter((line) => !known.test(line))).toEqual([]);
    expect(last).toContain('USER node');
    expect(last.filter((line) => /^(COPY|ADD) (?!--from=build )/.test(line))).toEqual([]);
    const [version = ''] = /node:\d+/.exec(last[0] ?? '') ?? [];
    expect(Number(version.slice('node:'.length))).toBeGreaterThanOrEqual(20);
  });

  it('names files of the checkout, and leaves out what a build makes', () => {
    const [, command = ''] = /ln -s \/graft\/(\S+)/.exec(textOf('Dockerfile')) ?? [];
    expect(readFileSync(path.join(deploy, '..', command), 'utf8')).toContain('#!/usr/bin/env node');
    const ignored = textOf('Dockerfile.dockerignore').split('\n');
    for (const name of ['node_modules', 'dist', 'out', '.next', '.graft', '.env*']) {
      expect(ignored).toContain(`**/${name}`);
    }
  });
});

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  volumes: z.array(z.string()).default([]),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
});

/** Settings of our own processes that no documentation names. */
const unknownSettings = (names: readonly string[]): string[] =>
  names.filter((name) => /^(GRAFT|AWS|PG)/.test(name) && !settingNames.has(name));

describe('the compose file', () => {
  const file = path.join(deploy, 'compose.yaml');
  const { services, volumes } = composeSchema.parse(parse(textOf('compose.yaml'), { merge: true }));

  it('has a database, a gateway, a server and two workers, which know what they name', () => {
    const graft = Object.entries(services).filter(([, { image }]) => image === 'graft');
    expect(graft.map(([name]) => name)).toEqual(['server', 'worker-1', 'worker-2']);
    for (const [, service] of graft) {
      expect(unknownSettings(Object.keys(service.environment))).toEqual([]);
      expect(Object.keys(service.depends_on)).toEqual(['postgres', 's3']);
    }
    const named = Object.values(services);
    for (const each of named.flatMap(({ depends_on: on }) => Object.keys(on))) {
      expect(Object.keys(services)).toContain(each);
    }
    const mounted = named.flatMap((service) => service.volumes.map((at) => at.split(':')[0]));
    expect([...new Set(mounted)].sort()).toEqual(Object.keys(volumes).sort());
  });

  it('has no password of its own', () => {
    const values = Object.values(services).flatMap(({ environment }) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|SECRET|TOKEN/.test(name)),
    );
    expect(values.length).toBeGreaterThan(4);
    expect(values.filter(([, value]) => !value.startsWith('${'))).toEqual([]);
  });

  const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
  it.skipIf(!hasCompose)('is one that Docker takes (skipped without Docker Compose)', async () => {
    const secrets = { POSTGRES_PASSWORD: 'a', S3_SECRET: 'b', GRAFT_TOKEN: 'c'.repeat(16) };
    const env = { ...process.env, ...secrets };
    await run('docker', ['compose', '--file', file, 'config', '--quiet'], { env });
  });
});

const refSchema = z.object({ name: z.string() });
const containerSchema = z.object({
  image: z.string(),
  envFrom: z
    .array(z.object({ configMapRef: refSchema.optional(), secretRef: refSchema.optional() }))
    .default([]),
  env: z
    .array(
      z.object({
        valueFrom: z
          .object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) })
          .optional(),
      }),
    )
    .default([]),
  ports: z.array(z.object({ containerPort: z.number() })).default([]),
  volumeMounts: z.array(refSchema).default([]),
});
const podSchema = z.object({
  initContainers: z.array(containerSchema).default([]),
  containers: z.array(containerSchema).min(1),
  volumes: z
    .array(
      z.object({
        name: z.string(),
        persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
      }),
    )
    .default([]),
});
const labelsSchema = z.record(z.string(), z.string());
const workloadSchema = z.object({
  selector: z.object({ matchLabels: labelsSchema }),
  template: z.object({ metadata: z.object({ labels: labelsSchema }), spec: podSchema }),
  volumeClaimTemplates: z.array(z.object({ metadata: refSchema })).default([]),
});
const kinds = [
  'ConfigMap',
  'Secret',
  'Service',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
] as const;
const objectSchema = z.object({
  apiVersion: z.enum(['v1', 'apps/v1']),
  kind: z.enum(kinds),
  metadata: refSchema,
  data: labelsSchema.default({}),
  stringData: labelsSchema.default({}),
  spec: z.unknown().optional(),
});
const portsSchema = z.object({
  selector: labelsSchema,
  ports: z.array(z.object({ port: z.number() })),
});

describe('the manifests of Kubernetes', () => {
  const objects = readdirSync(path.join(deploy, 'kubernetes')).flatMap((name) =>
    parseAllDocuments(textOf('kubernetes', name), { strict: true }).map((document) => {
      expect(document.errors).toEqual([]);
      return objectSchema.parse(document.toJS());
    }),
  );
  const namesOf = (kind: string): string[] =>
    objects.flatMap((each) => (each.kind === kind ? each.metadata.name : []));
  const keysOf = (name: string): string[] =>
    objects.flatMap(({ kind, metadata, stringData }) =>
      kind === 'Secret' && metadata.name === name ? Object.keys(stringData) : [],
    );
  const workloads = objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .map(({ metadata, spec }) => ({ name: metadata.name, ...workloadSchema.parse(spec) }));

  it('name each thing once, and settings that the documentation explains', () => {
    const ids = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(namesOf('Deployment').sort()).toEqual(['graft-server', 'graft-trainer', 'graft-worker']);
    const names = objects.flatMap(({ data, stringData }) =>
      Object.keys({ ...data, ...stringData }),
    );
    expect(unknownSettings(names)).toEqual([]);
  });

  it.each(workloads)('$name selects its own pods and names only what there is', (workload) => {
    const { selector, template, volumeClaimTemplates } = workload;
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    const { containers, initContainers, volumes } = template.spec;
    const all = [...initContainers, ...containers];
    for (const { configMapRef, secretRef } of all.flatMap(({ envFrom }) => envFrom)) {
      if (configMapRef !== undefined) expect(namesOf('ConfigMap')).toContain(configMapRef.name);
      if (secretRef !== undefined) expect(namesOf('Secret')).toContain(secretRef.name);
    }
    for (const { valueFrom } of all.flatMap(({ env }) => env)) {
      if (valueFrom === undefined) continue;
      expect(keysOf(valueFrom.secretKeyRef.name)).toContain(valueFrom.secretKeyRef.key);
    }
    const claims = volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
    for (const claim of claims) expect(namesOf('PersistentVolumeClaim')).toContain(claim);
    const places = [...volumes, ...volumeClaimTemplates.map(({ metadata }) => metadata)];
    for (const { name } of all.flatMap(({ volumeMounts }) => volumeMounts)) {
      expect(places.map((place) => place.name)).toContain(name);
    }
  });

  it('have services that lead to a port of a pod', () => {
    const services = objects.filter(({ kind }) => kind === 'Service');
    expect(services).toHaveLength(3);
    for (const { spec } of services) {
      const { selector, ports } = portsSchema.parse(spec);
      const behind = workloads.filter(({ template }) =>
        Object.entries(selector).every(([key, value]) => template.metadata.labels[key] === value),
      );
      expect(behind).toHaveLength(1);
      const open = behind.flatMap(({ template }) =>
        template.spec.containers.flatMap((each) => each.ports.map((at) => at.containerPort)),
      );
      expect(open).toEqual(ports.map(({ port }) => port));
    }
  });
});
