// A phone's fixes have the same bytes here as in our Python encoder.
import { expect, test } from 'vitest';
import { FIX_BYTES, packFixes } from '../courier/gps/fix';
import golden from './golden/frames.json';

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

for (const { hex: wanted, ...fix } of golden.fixes) {
  test(`fix ${fix.seq} is packed as the server packs it`, () => {
    expect(hex(packFixes(golden.epoch, [fix]))).toBe(wanted);
  });
}

test('several fixes follow each other', () => {
  const packed = hex(packFixes(golden.epoch, golden.fixes));
  expect(packed).toBe(golden.fixes.map((one) => one.hex).join(''));
  expect(packed).toHaveLength(golden.fixes.length * FIX_BYTES * 2);
});

test('a heading that is not a number is unknown', () => {
  const fix = { ...golden.fixes[0]!, headingDeg: Number.NaN };
  expect(hex(packFixes(golden.epoch, [fix]))).toBe(golden.fixes[0]!.hex);
});
