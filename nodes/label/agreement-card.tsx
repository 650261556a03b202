import type { MetricRow } from '@graft/graph';
import type { ReactNode } from 'react';
import { count, percent, plural } from '../kit/ui/index.ts';

const decimals = (value: number): string => value.toFixed(2).replace('-', '−');

/** Agreement of one metric with the person: kappa, the share with its interval, and the four counts. */
export function AgreementCard({ row }: { readonly row: MetricRow }): ReactNode {
  const { label = '', values } = row;
  const { kappa, kappaLow, kappaHigh, agreement = 0, agreementLow = 0, agreementHigh = 0 } = values;
  const { bothRight = 0, bothWrong = 0, onlyPerson = 0, onlyMetric = 0, answers = 0 } = values;
  return (
    <article className="gk-item gk-agreement">
      <header>
        <b>{label}</b>
        <span title="Cohen’s kappa: agreement beyond chance. 1: always; 0: no more than by chance.">
          {kappa === undefined ? 'no kappa' : `κ ${decimals(kappa)}`}
          {kappaLow === undefined || kappaHigh === undefined ? null : (
            <small>
              {' '}
              {decimals(kappaLow)} to {decimals(kappaHigh)}
            </small>
          )}
        </span>
      </header>
      <p>
        Agrees on {count(bothRight + bothWrong)} of {plural(answers, 'answer')}:{' '}
        {percent(agreement)}{' '}
        <small>
          {percent(agreementLow)} to {percent(agreementHigh)}
        </small>
      </p>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{label} says right</th>
            <th scope="col">wrong</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Labelled right</th>
            <td data-agrees="true">{count(bothRight)}</td>
            <td data-agrees={onlyPerson === 0}>{count(onlyPerson)}</td>
          </tr>
          <tr>
            <th scope="row">wrong</th>
            <td data-agrees={onlyMetric === 0}>{count(onlyMetric)}</td>
            <td data-agrees="true">{count(bothWrong)}</td>
          </tr>
        </tbody>
      </table>
    </article>
  );
}
