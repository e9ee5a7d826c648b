// What the tracking page tells: where the story stands, and an arrival time that stays calm.
import { describe, expect, test } from 'vitest';
import {
  ageMs,
  calmEtaMs,
  calmRange,
  chapterOf,
  isLate,
  isOver,
  isUnderWay,
  rangeToShow,
  stepsOf,
} from '../track/story';
import type { TrackingView } from '../track/view';

const DOOR = { latitude: 41.15, longitude: -8.6, address: 'Rua A 1' };

function view(changes: Partial<TrackingView>): TrackingView {
  return {
    orderId: 'o',
    orderNumber: 'H1',
    orderStatus: 'preparing',
    deliveryStatus: 'pending',
    companyName: null,
    pickup: { ...DOOR, latitude: 41.16 },
    dropoff: DOOR,
    promisedFrom: '2026-11-21T12:00:00Z',
    promisedUntil: '2026-11-21T12:30:00Z',
    placedAt: '2026-11-21T11:40:00Z',
    readyAt: '2026-11-21T11:50:00Z',
    pickedUpAt: null,
    deliveredAt: null,
    etaAt: null,
    etaFrom: null,
    etaUntil: null,
    reachedAt: null,
    courierName: null,
    courierVehicle: null,
    stopsBefore: 0,
    position: null,
    isGift: false,
    giftMessage: null,
    ...changes,
  };
}

const position = (latitude: number, exact = true) => ({
  latitude,
  longitude: -8.6,
  headingDeg: 0,
  fixedAt: '2026-11-21T12:00:00Z',
  exact,
});

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('the chapter', () => {
  test('begins with the order', () => {
    expect(chapterOf(view({ orderStatus: 'pending', deliveryStatus: null }), NOW)).toBe('received');
    expect(chapterOf(view({}), NOW)).toBe('preparing');
    expect(chapterOf(view({ orderStatus: 'ready_for_delivery' }), NOW)).toBe('looking');
  });

  test('of an order for another day is that we have it, until it is ready', () => {
    const planned = view({ orderStatus: 'ready_for_delivery', readyAt: '2026-11-24T12:00:00Z' });
    expect(chapterOf(planned, NOW)).toBe('received');
    expect(chapterOf(planned, Date.parse(planned.readyAt))).toBe('looking');
  });

  test('of what a shop has ready early is that we look for a courier', () => {
    const early = view({ companyName: 'A shop', orderStatus: 'ready_for_delivery', readyAt: '2026-11-21T12:10:00Z' });
    expect(chapterOf(early, NOW)).toBe('looking');
  });

  test('tells of the courier', () => {
    expect(chapterOf(view({ deliveryStatus: 'assigned_to_courier' }), NOW)).toBe('to_shop');
    const reachedAt = '2026-11-21T12:00:00Z';
    expect(chapterOf(view({ deliveryStatus: 'assigned_to_courier', reachedAt }), NOW)).toBe('at_shop');
    expect(chapterOf(view({ deliveryStatus: 'in_transit', reachedAt }), NOW)).toBe('at_door');
    expect(chapterOf(view({ deliveryStatus: 'in_transit', stopsBefore: 2 }), NOW)).toBe('other_stops');
    expect(chapterOf(view({ deliveryStatus: 'in_transit', position: position(41.2) }), NOW)).toBe('on_the_way');
  });

  test('says nearby only for an exact position', () => {
    expect(chapterOf(view({ deliveryStatus: 'in_transit', position: position(41.151) }), NOW)).toBe('nearby');
    expect(chapterOf(view({ deliveryStatus: 'in_transit', position: position(41.151, false) }), NOW)).toBe('on_the_way');
  });

  test('ends', () => {
    expect(chapterOf(view({ orderStatus: 'delivered', deliveryStatus: 'delivered' }), NOW)).toBe('delivered');
    expect(chapterOf(view({ orderStatus: 'cancelled', deliveryStatus: 'in_transit' }), NOW)).toBe('cancelled');
    expect(chapterOf(view({ deliveryStatus: 'failed' }), NOW)).toBe('failed');
  });
});

test('an order that went back may be sent out again: the page goes on', () => {
  const back = chapterOf(view({ orderStatus: 'in_delivery', deliveryStatus: 'returned' }), NOW);
  expect([back, isOver(back), isUnderWay(back)]).toEqual(['returning', false, false]);
  expect(['delivered', 'cancelled', 'failed'].map((one) => isOver(one as typeof back))).toEqual([true, true, false]);
});

describe('the age of what we know', () => {
  const nowMs = Date.parse('2026-11-21T12:04:00Z');

  test('is that of the courier’s position, whatever else was heard', () => {
    expect(ageMs(view({ position: position(41.2) }), nowMs, 0)).toBe(4 * 60_000);
  });

  test('counts from the last news where there is no position', () => {
    expect(ageMs(view({}), nowMs, 7000)).toBe(7000);
  });

  test('is never below zero', () => {
    expect(ageMs(view({ position: position(41.2) }), nowMs - 5 * 60_000, 0)).toBe(0);
  });
});

describe('the arrival time', () => {
  test('does not jump about for less than two minutes', () => {
    expect(calmEtaMs(600_000, 660_000, 0)).toBe(600_000);
    expect(calmEtaMs(600_000, 721_000, 0)).toBe(721_000);
  });

  test('moves on when it has passed', () => {
    expect(calmEtaMs(600_000, 660_000, 600_001)).toBe(660_000);
  });

  test('is what was told first', () => {
    expect([calmEtaMs(null, 5, 0), calmEtaMs(5, null, 0)]).toEqual([5, null]);
  });

  test('is late beyond the promise', () => {
    expect(isLate(view({}), Date.parse('2026-11-21T12:31:00Z'), 0)).toBe(true);
    expect(isLate(view({}), Date.parse('2026-11-21T12:29:00Z'), Infinity)).toBe(false);
  });

  test('is late without one too, once the promise has passed', () => {
    expect(isLate(view({}), null, Date.parse('2026-11-21T12:29:00Z'))).toBe(false);
    expect(isLate(view({}), null, Date.parse('2026-11-21T12:31:00Z'))).toBe(true);
  });
});

describe('the range of arrival', () => {
  const shown = { fromMs: 600_000, untilMs: 1_200_000 };

  test('stays until an end moves by two minutes, or it has passed', () => {
    const near = { fromMs: 660_000, untilMs: 1_100_000 };
    const other = { fromMs: 660_000, untilMs: 1_080_000 };
    expect(calmRange(shown, near, 0)).toBe(shown);
    expect(calmRange(shown, other, 0)).toBe(other);
    expect(calmRange(shown, near, 1_200_001)).toBe(near);
    expect([calmRange(null, near, 0), calmRange(shown, null, 0)]).toEqual([near, null]);
  });

  test('is told in whole minutes, rounded outwards, and begins no sooner than now', () => {
    const odd = { fromMs: 610_000, untilMs: 1_190_000 };
    expect(rangeToShow(odd, 0)).toEqual(shown);
    expect(rangeToShow(odd, 730_000)).toEqual({ fromMs: 720_000, untilMs: 1_200_000 });
    expect([rangeToShow(odd, 1_190_000), rangeToShow(null, 0)]).toEqual([null, null]);
  });
});

test('an order for another day is not prepared yet', () => {
  const planned = view({ orderStatus: 'ready_for_delivery', readyAt: '2026-11-24T12:00:00Z' });
  const steps = stepsOf(planned, null, NOW);
  expect(steps.map((step) => step.state)).toEqual(['done', 'now', 'ahead', 'ahead']);
  expect(steps[1]?.atMs).toBe(Date.parse(planned.readyAt));
});

test('the steps show what is done, what is now and what is expected', () => {
  const steps = stepsOf(view({ pickedUpAt: '2026-11-21T12:01:00Z', orderStatus: 'in_delivery' }), 42, NOW);
  expect(steps.map((step) => step.state)).toEqual(['done', 'done', 'done', 'now']);
  expect(steps[3]?.atMs).toBe(42);
});
