import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { GraphError } from '@graft/graph';
import type { Value } from '../ir/op.ts';
import { sizeOf } from '../ir/shape.ts';

/** The parts of TensorFlow.js that this package uses. */
export type Tensorflow = typeof tfjs;

/** One op of the program in TensorFlow.js. The caller disposes intermediate tensors. */
export function evaluate(tf: Tensorflow, value: Value, inputs: readonly Tensor[]): Tensor {
  const { op } = value;
  const at = (index: number): Tensor => {
    const tensor = inputs[index];
    if (tensor === undefined) {
      throw new GraphError('internal', `${value.name} lacks tensor ${index}`, {
        audience: 'developer',
      });
    }
    return tensor;
  };
  const shape = [...value.shape];
  switch (op.kind) {
    case 'input':
    case 'weight':
    case 'constant':
      throw new GraphError('internal', `${value.name} is bound, not computed`, {
        audience: 'developer',
      });
    case 'neg':
      return tf.neg(at(0));
    case 'exp':
      return tf.exp(at(0));
    case 'log':
      return tf.log(at(0));
    case 'sqrt':
      return tf.sqrt(at(0));
    case 'rsqrt':
      return tf.rsqrt(at(0));
    case 'tanh':
      return tf.tanh(at(0));
    case 'sigmoid':
      return tf.sigmoid(at(0));
    case 'silu':
      return tf.mul(at(0), tf.sigmoid(at(0)));
    case 'erf':
      return tf.erf(at(0));
    case 'floor':
      return tf.floor(at(0));
    case 'add':
      return tf.add(at(0), at(1));
    case 'sub':
      return tf.sub(at(0), at(1));
    case 'mul':
      return tf.mul(at(0), at(1));
    case 'div':
      return tf.div(at(0), at(1));
    case 'equal':
      return tf.cast(tf.equal(at(0), at(1)), 'int32');
    case 'greaterEqual':
      return tf.cast(tf.greaterEqual(at(0), at(1)), 'int32');
    case 'where':
      return tf.where(
        tf.broadcastTo(tf.cast(at(0), 'bool'), shape),
        tf.broadcastTo(at(1), shape),
        tf.broadcastTo(at(2), shape),
      );
    case 'matmul': {
      const [a, b] = [at(0), at(1)];
      if (b.rank === 2 && a.rank > 2) {
        const inner = a.shape[a.rank - 1] ?? 1;
        const rows = tf.reshape(a, [a.size / inner, inner]);
        return tf.reshape(tf.matMul(rows, b, false, op.transposeB), shape);
      }
      return tf.matMul(a, b, op.transposeA, op.transposeB);
    }
    case 'reduceSum':
      return tf.sum(at(0), [...op.axes], true);
    case 'reduceMax':
      return tf.max(at(0), [...op.axes], true);
    case 'gelu': {
      const twice = tf.add(tf.erf(tf.mul(at(0), Math.SQRT1_2)), 1);
      return tf.mul(tf.mul(at(0), 0.5), twice);
    }
    case 'standardize': {
      const { mean, variance } = tf.moments(at(0), -1, true);
      return tf.mul(tf.sub(at(0), mean), tf.rsqrt(tf.add(variance, op.epsilon)));
    }
    case 'inverseDeviation':
      return tf.rsqrt(tf.add(tf.moments(at(0), -1, true).variance, op.epsilon));
    case 'softmax':
      return tf.softmax(at(0));
    case 'logSoftmax':
      return tf.logSoftmax(at(0));
    case 'reshape':
      return tf.reshape(at(0), shape);
    case 'transpose':
      return tf.transpose(at(0), [...op.permutation]);
    case 'broadcast':
      return tf.broadcastTo(at(0), shape);
    case 'slice': {
      const begin = shape.map((_, axis) => (axis === op.axis ? op.start : 0));
      return tf.slice(at(0), begin, shape);
    }
    case 'pad':
      return tf.pad(
        at(0),
        shape.map((_, axis) => (axis === op.axis ? [op.before, op.after] : [0, 0])),
      );
    case 'concat':
      return tf.concat([...inputs], op.axis);
    case 'gather':
      return tf.gather(at(0), at(1), 0);
    case 'scatterAdd': {
      const count = at(1).size;
      const rest = at(0).size / count;
      const updates = tf.reshape(at(0), [count, rest]);
      const ids: Tensor1D = tf.reshape(at(1), [count]);
      return tf.reshape(tf.unsortedSegmentSum(updates, ids, op.rows), shape);
    }
    case 'gatherLast': {
      const depth = at(0).shape[at(0).rank - 1] ?? 1;
      const count = sizeOf(value.shape);
      return tf.reshape(
        tf.sum(tf.mul(tf.reshape(at(0), [count, depth]), chosen(tf, at(1), depth)), 1),
        shape,
      );
    }
    case 'scatterLast': {
      const column = tf.reshape(at(0), [at(0).size, 1]);
      return tf.reshape(tf.mul(column, chosen(tf, at(1), op.depth)), shape);
    }
    case 'rotate': {
      const [batch = 1, length = 1, heads = 1, head = 2] = value.shape;
      const half = head / 2;
      const parted = [batch, length, heads, ...(op.paired ? [half, 2] : [2, half])];
      const axis = op.paired ? 4 : 3;
      const [x = at(0), y = at(0)] = tf.unstack(tf.reshape(at(0), parted), axis);
      const cosine = tf.reshape(at(1), [batch, length, 1, half]);
      const sine = tf.reshape(op.back ? tf.neg(at(2)) : at(2), [batch, length, 1, half]);
      const pairs = [
        tf.sub(tf.mul(x, cosine), tf.mul(y, sine)),
        tf.add(tf.mul(x, sine), tf.mul(y, cosine)),
      ];
      return tf.reshape(tf.stack(pairs, axis), shape);
    }
    case 'detach':
    case 'after':
      return tf.clone(at(0));
  }
}

/** Ones at the ids, as floats: [count, depth]. */
function chosen(tf: Tensorflow, ids: Tensor, depth: number): Tensor2D {
  const oneHot = tf.oneHot(tf.cast(tf.reshape(ids, [ids.size]), 'int32'), depth);
  return tf.reshape(tf.cast(oneHot, 'float32'), [ids.size, depth]);
}
