import { executorContract } from '../ir/executor-contract.ts';
import { tfjsExecutor } from './executor.ts';

executorContract(tfjsExecutor);
