// Answers that overtake each other: what is taken is never older than the last question.
import { beforeEach, describe, expect, test } from 'vitest';
import { Latest } from '../lib/live/latest';

let answers: ((text: string) => void)[];
let refusals: ((error: Error) => void)[];
let taken: string[];
let latest: Latest<string>;

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

beforeEach(() => {
  [answers, refusals, taken] = [[], [], []];
  latest = new Latest(
    () =>
      new Promise<string>((resolve, reject) => {
        answers.push(resolve);
        refusals.push(reject);
      }),
    (answer) => taken.push(answer),
  );
});

describe('the latest answer', () => {
  test('is taken once', async () => {
    const done = latest.fetch();
    answers[0]?.('first');
    await done;
    expect([answers.length, taken]).toEqual([1, ['first']]);
  });

  test('who asks meanwhile gets the next answer, and the old one is not shown', async () => {
    const done = [latest.fetch(), latest.fetch(), latest.fetch()];
    answers[0]?.('old');
    await settle();
    expect(taken).toEqual([]);
    answers[1]?.('new');
    await Promise.all(done);
    expect([answers.length, taken]).toEqual([2, ['new']]);
  });

  test('news that comes while an answer is on its way is not lost', async () => {
    const done = latest.fetch();
    latest.outdate();
    answers[0]?.('old');
    await settle();
    answers[1]?.('new');
    await done;
    expect(taken).toEqual(['new']);
  });

  test('a failure reaches who asked, and the next question is free', async () => {
    const done = latest.fetch();
    refusals[0]?.(new Error('no network'));
    await expect(done).rejects.toThrow('no network');
    const again = latest.fetch();
    answers[1]?.('here');
    await again;
    expect(taken).toEqual(['here']);
  });
});
