/** What `answerVerdict` looks at, in words for people. */
export const verdictRule =
  'Right: the answer has every word and number of the reference, in any order. Capitals, punctuation, little words and the reference’s words in brackets do not count; “three” counts as “3”. If there is no answer, right means that it says so. The rule compares words, not meaning: an answer in other words is marked wrong.';
