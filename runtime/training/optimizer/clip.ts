import type { Parameters } from './adamw.ts';

/** Length of all gradients taken as one vector. */
export function gradientNorm(gradients: Parameters): number {
  let sum = 0;
  for (const data of gradients.values()) sum += sumOfSquares(data);
  return Math.sqrt(sum);
}

/** Four sums that do not wait for one another: twice as quick as one. */
function sumOfSquares(data: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const even = data.length - (data.length % 4);
  for (let i = 0; i < even; i += 4) {
    a += (data[i] ?? 0) ** 2;
    b += (data[i + 1] ?? 0) ** 2;
    c += (data[i + 2] ?? 0) ** 2;
    d += (data[i + 3] ?? 0) ** 2;
  }
  for (let i = even; i < data.length; i++) a += (data[i] ?? 0) ** 2;
  return a + b + c + d;
}

/** What multiplies gradients of that norm so that they are at most `largest` together (PyTorch's rule); 1 below it. */
export function clipFactor(norm: number, largest: number): number {
  return Math.min(1, largest / (norm + 1e-6));
}
