// Business time, countdowns and amounts.
import { describe, expect, test } from 'vitest';
import { BusinessClock, businessMs, correctedNowMs } from '../lib/time/clock';
import { clockTime, countdown, dayTime, distance, money, span, timesOf } from '../lib/time/format';

describe('the business clock', () => {
  test('runs at its speed', () => {
    let steady = 0;
    const clock = new BusinessClock(1000, 10, () => steady);
    steady = 250;
    expect(clock.nowMs()).toBe(3500);
  });

  test('takes over what the server says', () => {
    let steady = 500;
    const clock = new BusinessClock(0, 2, () => steady);
    clock.set(10_000);
    steady += 100;
    expect(clock.nowMs()).toBe(10_200);
  });

  test('starts where the settings say', () => {
    expect(businessMs({ epochMs: 1000, startMs: 90_000, speed: 60 }, 1500)).toBe(120_000);
  });

  test('a wrong clock of ours gives way to the server’s date', () => {
    const servers = 'Sat, 21 Nov 2026 12:00:00 GMT';
    const exact = Date.parse(servers);
    expect(correctedNowMs(exact + 3_600_000, servers)).toBe(exact);
    expect(correctedNowMs(exact + 900, servers)).toBe(exact + 900);
    expect(correctedNowMs(42, null)).toBe(42);
  });
});

describe('texts', () => {
  test('times are those of the place', () => {
    const noon = Date.parse('2026-11-21T12:00:00Z');
    expect(clockTime(noon, 'en', 'Europe/Lisbon')).toBe('12:00');
    expect(clockTime(noon, 'en', 'Asia/Almaty')).toBe('17:00');
  });

  test('Arabic times have Latin digits', () => {
    expect(clockTime(Date.parse('2026-11-21T12:34:00Z'), 'ar', 'UTC')).toBe('12:34');
  });

  test('a time of another day tells the day, as the place counts days', () => {
    const nowMs = Date.parse('2026-11-21T22:21:00Z');
    const inThreeDays = Date.parse('2026-11-24T22:03:00Z');
    const early = Date.parse('2026-11-22T00:30:00Z');
    expect(dayTime(inThreeDays, nowMs, 'en', 'UTC')).toBe('Nov 24, 22:03');
    expect(dayTime(nowMs + 60_000, nowMs, 'en', 'UTC')).toBe('22:22');
    expect(dayTime(early, nowMs, 'en', 'UTC')).toBe('Nov 22, 00:30');
    expect(dayTime(early, nowMs, 'en', 'Asia/Almaty')).toBe('05:30');
  });

  test('a window tells its day once', () => {
    const nowMs = Date.parse('2026-11-21T22:21:00Z');
    const from = Date.parse('2026-11-24T23:03:00Z');
    const hour = 3_600_000;
    expect(timesOf(from, from + hour, nowMs, 'en', 'UTC')).toEqual({ from: 'Nov 24, 23:03', until: '00:03' });
    expect(timesOf(from, from + 48 * hour, nowMs, 'en', 'UTC')).toEqual({
      from: 'Nov 24, 23:03',
      until: 'Nov 26, 23:03',
    });
  });

  test('a countdown ends at zero', () => {
    expect([countdown(61), countdown(9.2), countdown(-3)]).toEqual(['1:01', '0:10', '0:00']);
  });

  test('minor units are those of the currency', () => {
    expect(money({ amount: 1250, currency: 'USD' }, 'en')).toBe('$12.50');
    expect(money({ amount: 1250, currency: 'JPY' }, 'en')).toBe('¥1,250');
    expect(money({ amount: 1250, currency: 'KWD' }, 'en')).toContain('1.250');
  });

  test('spans and distances take their largest fitting unit', () => {
    expect([span(40, 'en'), span(300, 'en'), span(7200, 'en')]).toEqual(['40 sec', '5 min', '2 hr']);
    expect([span(47 * 3600, 'en'), span(69 * 3600, 'en')]).toEqual(['47 hr', '3 days']);
    expect([distance(854, 'en'), distance(2449, 'en')]).toEqual(['850 m', '2.4 km']);
  });
});
