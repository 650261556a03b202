import { UploadRefused } from '../../api/send-files.ts';
import type { FileToSend } from '@graft/view';

/** What a model is made of; a folder may hold much else, such as the same weights in other formats. */
const parts = /\.(gguf|json|jinja|safetensors|onnx|onnx_data(_\d+)?)$/;

/**
 * Of what was chosen, what is sent of it: one file, or of a folder what can be of a model, by its path from there. Throws
 * `UploadRefused` where there is nothing of the kind.
 */
export function modelFiles(chosen: readonly File[]): readonly FileToSend[] {
  const found = chosen
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(
      ({ path }) =>
        chosen.length === 1 ||
        (parts.test(path) && !path.split('/').some((part) => part.startsWith('.'))),
    );
  if (found.length > 0) return found;
  throw new UploadRefused(
    'This folder contains no model. Choose a folder with config.json, tokenizer.json and weights in safetensors or ONNX.',
  );
}
