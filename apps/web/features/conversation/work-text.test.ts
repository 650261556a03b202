import { Model, parseGraph, type RunEvent } from '@graft/graph';
import { definitions } from '@graft/nodes/definitions';
import { emptyRun, foldEvent, provideNodeTypes, type RunState } from '@graft/view';
import { beforeAll, expect, it } from 'vitest';
import { modelsText, workText } from './work-text.ts';
