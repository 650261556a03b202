import { executorContract } from '../testing/executor-contract.ts';
import { tfjsExecutor } from './executor.ts';

executorContract(tfjsExecutor);
