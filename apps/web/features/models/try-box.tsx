import { useId, useState } from 'react';
import { useModelTrial, type TriedModel } from './model-trial.ts';

/** Prompts a model before it is used: its answer streams, and nothing of it is in any graph. */
export function TryBox({ of }: { readonly of: TriedModel }) {
  const id = useId();
  const [prompt, setPrompt] = useState('');
  const { trial, begin, cancel } = useModelTrial(of);
  const isGoing = trial?.state === 'asking' || trial?.state === 'running';
  return (
    <form
      className="mt-4 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isGoing) cancel();
        else if (prompt.trim() !== '') void begin(prompt);
      }}
    >
      <label htmlFor={id} className="mb-1 block font-[550]">
        Try a prompt
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          className="field"
          autoComplete="off"
          placeholder="Why is the sky blue?"
          maxLength={10_000}
          value={prompt}
          onChange={(event) => setPrompt(event.target.value)}
        />
        <button type="submit" className="button" disabled={!isGoing && prompt.trim() === ''}>
          {isGoing ? 'Cancel' : 'Try'}
        </button>
      </div>
      {trial === undefined ? null : (
        <>
          {trial.answer === '' ? null : (
            <p
              className="mt-2 max-h-40 overflow-auto whitespace-pre-wrap wrap-anywhere"
              data-testid="tried-answer"
            >
              {trial.answer}
            </p>
          )}
          <p
            role={trial.state === 'failed' ? 'alert' : 'status'}
            className={`mt-1.5 min-h-5 text-sm ${trial.state === 'failed' ? 'text-error' : 'text-ink-2'}`}
          >
            {trial.words}
          </p>
        </>
      )}
    </form>
  );
}
