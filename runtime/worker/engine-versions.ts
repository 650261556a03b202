import { backendVersions } from '@graft/backends/versions';
import type { EngineVersions } from '@graft/graph';
import { trainingVersion } from '@graft/training/version';

/** The engines of this installation. Loads none of them. */
export const engineVersions: EngineVersions = { ...backendVersions, training: trainingVersion };
