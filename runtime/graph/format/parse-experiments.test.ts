import { describe, expect, it } from 'vitest';
import { GraphError } from '../base/errors.ts';
import { parseGraph } from './parse-graph.ts';
import { serializeGraph } from './serialize-graph.ts';

const node = { type: 'double', version: 2, params: { factor: 3 } };
const canonical = `{
  "graft": 1,
  "nodes": {},
  "edges": [],
  "experiments": {
    "sizes": {
      "doc": "Which size?",
      "vary": {
        "chunk.method": [
          "fixed",
          "markdown"
        ],
        "chunk.size": [
          128,
          256
        ]
      },
      "mode": "list",
      "seeds": [
        1,
        2
      ],
      "baseline": "size=256",
      "metrics": [
        "score.metrics:recall@3"
      ],
      "lower": [
        "score.metrics:recall@3"
      ],
      "race": {
        "error": 0.1,
        "looks": 4,
        "note": "kept"
      },
      "limit": {
        "minutes": 2.5,
        "variants": 50
      },
      "colour": "red"
    },
    "with-and-without": {
      "arms": {
        "no reranker": {
          "bypass": [
            "rerank"
          ],
          "note": "kept"
        },
        "other": {
          "set": {
            "chunk.size": 64
          },
          "replace": {
            "b": {
              "type": "double",
              "version": 2,
              "params": {
                "factor": 3
              }
            }
          }
        }
      },
      "race": true
    }
  }
}
`;

function problemOf(experiments: unknown) {
  try {
    parseGraph(JSON.stringify({ graft: 1, experiments }), 'a.graft.json');
  } catch (error) {
    return GraphError.from(error).toProblem();
  }
  return undefined;
}

describe('experiments in a graph file', () => {
  it('are written a value a line, and read back as they are', () => {
    expect(serializeGraph(parseGraph(canonical))).toBe(canonical);
    expect(parseGraph(canonical).experiments?.['with-and-without']?.arms?.['other']).toEqual({
      set: { 'chunk.size': 64 },
      replace: { b: node },
    });
  });

  it('leave a file without them byte for byte as it was', () => {
    const text = '{\n  "graft": 1,\n  "nodes": {},\n  "edges": [],\n  "note": 1\n}\n';
    expect(serializeGraph(parseGraph(text))).toBe(text);
    expect(parseGraph('{"graft":1,"experiments":{}}')).not.toHaveProperty('experiments');
  });

  it.each([
    [7, 'experiments', 'an object'],
    [{ 'a b': {} }, 'experiments', 'is not a valid experiment name'],
    [{ a: [] }, 'experiments.a', 'an object'],
    [{ a: { doc: 1 } }, 'experiments.a.doc', 'text'],
    [{ a: { vary: { 'c.size': 128 } } }, 'experiments.a.vary.c.size', 'a list of the values'],
    [{ a: { mode: 'random' } }, 'experiments.a.mode', '"grid" (every combination)'],
    [{ a: { arms: { ' x': {} } } }, 'experiments.a.arms', 'is not a valid name of a variant'],
    [{ a: { arms: { x: { set: [] } } } }, 'experiments.a.arms.x.set', 'an object'],
    [{ a: { arms: { x: { bypass: [1] } } } }, 'experiments.a.arms.x.bypass', 'a list of strings'],
    [
      { a: { arms: { x: { replace: { b: { type: 'double' } } } } } },
      'experiments.a.arms.x.replace.b',
      '"version" should be a whole number',
    ],
    [{ a: { seeds: [1.5] } }, 'experiments.a.seeds', 'whole numbers'],
    [{ a: { metrics: 'x' } }, 'experiments.a.metrics', 'a list of strings'],
    [{ a: { lower: [1] } }, 'experiments.a.lower', 'a list of strings'],
    [{ a: { prefer: 'x' } }, 'experiments.a.prefer', 'a list of strings'],
    [{ a: { race: 6 } }, 'experiments.a.race', 'true, or an object'],
    [{ a: { race: { looks: 1 } } }, 'experiments.a.race.looks', 'a whole number from 2'],
    [{ a: { race: { error: 0.5 } } }, 'experiments.a.race.error', 'from 0.000001 to below 0.5'],
    [{ a: { race: { error: 1e-15 } } }, 'experiments.a.race.error', 'from 0.000001 to below 0.5'],
    [
      { a: { limit: { variants: 0 } } },
      'experiments.a.limit.variants',
      'whole number of 1 or more',
    ],
    [{ a: { limit: { minutes: '9' } } }, 'experiments.a.limit.minutes', 'minutes above 0'],
  ])('%j is refused at its place', (experiments, field, message) => {
    const problem = problemOf(experiments);
    expect(problem?.code).toBe('bad-syntax');
    expect(problem?.location).toEqual({ file: 'a.graft.json', field });
    expect(problem?.message).toContain(message);
  });
});
