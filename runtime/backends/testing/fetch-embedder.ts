/** Fetches the catalogue's embedder, if it is not there, and prints the folder that it lies in. */
import { embedderId, realModel } from './real-models.ts';

process.stdout.write((await realModel(embedderId)).folder);
