import type { Parameters } from './adamw.ts';

/** Length of all gradients taken as one vector. */
export function gradientNorm(gradients: Parameters): number {
  let sum = 0;
  for (const data of gradients.values()) {
    for (let i = 0; i < data.length; i++) {
      const g = data[i] ?? 0;
      sum += g * g;
    }
  }
  return Math.sqrt(sum);
}

/** Shrinks the gradients in place to at most `largest` together (PyTorch's rule); gives their norm before. */
export function clipGradients(gradients: Parameters, largest: number): number {
  const norm = gradientNorm(gradients);
  const factor = largest / (norm + 1e-6);
  if (factor < 1) {
    for (const data of gradients.values()) {
      for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) * factor;
    }
  }
  return norm;
}
