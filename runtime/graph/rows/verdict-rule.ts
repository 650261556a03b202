/** What `answerVerdict` looks at, in words for people. */
export const verdictRule =
  'Right: the answer has every word and number of the reference, in any order. Capitals, punctuation, little words and what the reference has in brackets do not count; “three” counts as “3”. Where there is no answer, right: it says so. It does not understand: an answer in other words is marked wrong.';
