import { testEngines } from '@graft/graph/testing';
import { expect, it } from 'vitest';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { installationVersion, queueOf, queuesOf } from './step-queues.ts';

it('a step goes to the queue of what it needs', () => {
  expect(queueOf({ device: 'cuda:0', lane: 'training' })).toBe('gpu/cuda:0');
  expect(queueOf({ device: 'tensorflow', lane: 'training' })).toBe('training');
  expect(queueOf({ device: 'cpu', lane: 'web' })).toBe('web');
  expect(queueOf({ device: 'cpu', lane: 'inference' })).toBe('cpu');
});

it('a worker takes steps of its own devices, and no GPU without one', () => {
  expect(queuesOf(['cpu', 'gpu'], ['cpu', 'cuda:0', 'vulkan:1'])).toEqual([
    ...['cpu', 'gpu/cuda:0', 'gpu/cuda', 'gpu/vulkan:1'],
  ]);
  expect(() => queuesOf(['gpu'], ['cpu', 'tensorflow'])).toThrow('Leave gpu out of --queues');
});

it('installations differ by an engine or by the code of a node', () => {
  const version = installationVersion(workerTestRegistry, testEngines);
  const other = new Map(workerTestRegistry);
  const [[type, definition] = []] = other;
  if (type === undefined || definition === undefined) throw new Error('no types');
  other.set(type, { ...definition, implementation: definition.implementation + 1 });
  expect(installationVersion(new Map(workerTestRegistry), { ...testEngines })).toBe(version);
  expect(installationVersion(other, testEngines)).not.toBe(version);
  const engines = { ...testEngines, training: 'another' };
  expect(installationVersion(workerTestRegistry, engines)).not.toBe(version);
});
