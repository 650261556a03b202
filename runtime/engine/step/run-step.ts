import {
  GraphError,
  hashParts,
  type ArtifactRef,
  type ExecutionBackend,
  type ItemsImplementation,
  type NodeType,
  type RunContext,
  type StepRequest,
  type StepResult,
  type StepShard,
  shapedType,
} from '@graft/graph';
import { abortable } from '@graft/kit';
import { z } from 'zod';
import { readBlocks, readInput, RowBlocks, writeArtifact } from '../rows/index.ts';
import { fileKeyer, rowKeyer } from '../items/stored-item.ts';
import {
  fileItems,
  runItemsStep,
  runShard,
  type ComputedItems,
  type ItemsStep,
  type ItemSource,
} from '../items/items-step.ts';
import { handItems, takeItems, type HandedItem } from '../items/handed-items.ts';
import { LeavesRest, StepRest } from '../items/step-rest.ts';
import type { SourceReader } from '../sources/source-reader.ts';
import { createStepContext } from './run-context.ts';
import type { StepHost } from './step-host.ts';

type StepHooks = Parameters<ExecutionBackend['execute']>[1];

/** Runs one step in this process: reads its inputs, runs its code, stores its outputs. */
export async function runStep(
  host: StepHost,
  request: StepRequest,
  hooks: StepHooks,
): Promise<StepResult> {
  const implementation = await host.implementation(request.type);
  if (implementation === undefined) {
    throw new GraphError('unknown-type', `No code is installed for the type ${request.type}.`, {
      location: { node: request.node },
    });
  }
  hooks.signal.throwIfAborted();
  // The plan was made with these parameters, so the node has these ports.
  const definition = shapedType(implementation.definition, request.params);
  await using step = await createStepContext(host, request, { ...hooks, definition });
  const { ctx, sources } = step;
  // A tree is verified when it is first laid out, which reads all of it.
  const inputs = await abortable(readInputs(host, request, definition), hooks.signal);
  // Includes writing the outputs: they are streams, which read the files while they are written.
  const result = await sources.verified(async () =>
    'runItems' in implementation
      ? runItems(host, request, { implementation, definition, ctx, inputs, sources })
      : {
          // Storing a folder reads all of it; nothing refers to what is stored after an abort.
          outputs: await abortable(
            writeOutputs(host, definition, await implementation.run(ctx, inputs, request.params)),
            hooks.signal,
          ),
        },
  );
  hooks.signal.throwIfAborted();
  await step.stored();
  const memory = step.usedMemory();
  return {
    ...{ ...result, device: step.usedDevice() ?? 'cpu' },
    ...(memory === undefined ? {} : { memory }),
  };
}

async function readInputs(
  host: StepHost,
  request: StepRequest,
  definition: NodeType,
): Promise<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {};
  for (const [port, { type, many }] of Object.entries(definition.inputs)) {
    const refs = request.inputs[port] ?? [];
    const values = await Promise.all(refs.map((ref) => readInput(host.artifacts, ref, type)));
    inputs[port] = many === true ? values : values[0];
  }
  return inputs;
}

async function writeOutputs(
  host: StepHost,
  definition: NodeType,
  values: Readonly<Record<string, unknown>>,
): Promise<Record<string, ArtifactRef>> {
  const outputs: Record<string, ArtifactRef> = {};
  for (const [port, { type }] of Object.entries(definition.outputs)) {
    outputs[port] = await writeArtifact(host.artifacts, { port, type, value: values[port] });
  }
  return outputs;
}

async function runItems(
  host: StepHost,
  request: StepRequest,
  step: {
    readonly implementation: ItemsImplementation;
    readonly definition: NodeType;
    readonly ctx: RunContext;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly sources: SourceReader;
  },
): Promise<Omit<StepResult, 'device'>> {
  const { implementation, definition, ctx, inputs, sources } = step;
  const [output, ...others] = Object.entries(definition.outputs);
  if (output === undefined || others.length > 0) {
    throw new GraphError('internal', `The map-type node ${request.type} must have one output.`, {
      audience: 'developer',
    });
  }
  const familyName = hashParts(request.familyParts);
  await using family = await host.items.open(familyName);
  const source = itemSource(host, request, { definition, sources, family: familyName });
  const { params, shard, handed = [], attempt = 1 } = request;
  const isMeant = (key: string): boolean => shard === undefined || isWithin(shard, key);
  const known = await takeItems(host.artifacts, handed, {
    // A shard only leaves them out.
    ...(shard === undefined ? { family } : {}),
    isMeant,
    warn: (message) => {
      ctx.log('warning', message);
    },
  });
  const itemsStep: ItemsStep = {
    ...{ implementation, ctx, inputs, params, source, family, attempt, known },
    verified: (reading) => sources.verified(reading),
    ...(request.leavesRest === true ? { rest: new StepRest() } : {}),
  };
  if (shard !== undefined) {
    return { outputs: { items: await handItems(host.artifacts, runShard(itemsStep, isMeant)) } };
  }
  const computed = runItemsStep(itemsStep);
  const [port, { type }] = output;
  const value = new RowBlocks(computed.blocks());
  try {
    const ref = await writeArtifact(host.artifacts, { port, type, value });
    return { outputs: { [port]: ref }, items: computed.counts() };
  } catch (error) {
    // An error while computing concerns the items, not the port that they are written to.
    const thrown = computed.thrown() ?? error;
    if (thrown instanceof LeavesRest) return await handRest(host, computed, thrown);
    throw thrown;
  }
}

/** Keys are hashes, so the first digits of all of them are spread evenly. */
function isWithin({ from, to }: StepShard, key: string): boolean {
  const place = Number.parseInt(key.slice(0, 8), 16) / 2 ** 32;
  return from <= place && place < to;
}

async function handRest(
  host: StepHost,
  computed: ComputedItems,
  { msPerItem }: LeavesRest,
): Promise<Omit<StepResult, 'device'>> {
  let left = 0;
  async function* handed(): AsyncGenerator<HandedItem> {
    left = yield* computed.handed();
  }
  const items = await handItems(host.artifacts, handed());
  return { outputs: { items }, rest: { items: left, ms: left * msPerItem } };
}

const namedRowSchema = z.looseObject({ id: z.string() });

interface ItemParts {
  readonly definition: NodeType;
  readonly sources: SourceReader;
  readonly family: string;
}

function itemSource(
  host: StepHost,
  request: StepRequest,
  { definition, sources, family }: ItemParts,
): ItemSource {
  const { over = '', key } = definition.items ?? {};
  if (typeof over !== 'string') {
    return fileItems(sources.files(over.files), fileKeyer(family));
  }
  const type = definition.inputs[over]?.type;
  if (type === undefined) {
    throw new GraphError('internal', `${request.type} maps over an input that it lacks: ${over}.`, {
      audience: 'developer',
    });
  }
  const refs = request.inputs[over] ?? [];
  const counts = refs.map((ref) => ref.count);
  const total = counts.reduce<number | undefined>(
    (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
    0,
  );
  return {
    total,
    unit: over,
    async *blocks() {
      for (const ref of refs) yield* readBlocks(host.artifacts, ref, type);
    },
    keyOf: rowKeyer(family, typeof key === 'function' ? key(request.params) : key),
    nameOf: (row) => namedRowSchema.safeParse(row).data?.id ?? 'without id',
  };
}
