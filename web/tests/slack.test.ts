// Which orders are pressed, and which figures stand above the map.
import { describe, expect, test } from 'vitest';
import type { Delivery, Order, StaffCourier } from '../lib/api/views';
import { figuresOf } from '../console/state/figures';
import { onTimeShare } from '../console/state/last_hour';
import { groupsOf, listed, slackMs, stageOf, urgencyOf, type OrderRow } from '../console/state/slack';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const MINUTE = 60_000;

function at(minutes: number): string {
  return new Date(NOW + minutes * MINUTE).toISOString();
}

function row(order: Partial<Order>, delivery: Partial<Delivery> | null = null): OrderRow {
  const place = { latitude: 0, longitude: 0, address: 'Rua A 1', contactName: null, contactPhone: null, notes: null };
  const whole = { id: 'o1', orderNumber: 'H1', status: 'preparing', pickup: place, dropoff: place, gift: null, placedAt: at(-20), readyAt: at(-5), promisedUntil: at(30), ...order };
  return { order: whole as Order, delivery: delivery as Delivery | null };
}

describe('slack', () => {
  test('is what is left between the expected and the promised time', () => {
    expect(slackMs(row({}, { etaAt: at(10) }), NOW)).toBe(20 * MINUTE);
  });

  test('counts from now where the expected time has passed', () => {
    expect(slackMs(row({}, { etaAt: at(-10) }), NOW)).toBe(30 * MINUTE);
  });

  test('below zero means late', () => {
    expect(urgencyOf(row({}, { etaAt: at(31), courierId: 'c' }), NOW)).toBe('late');
  });

  test('an order without a courier is at risk earlier', () => {
    const soon = { promisedUntil: at(10) };
    expect(urgencyOf(row(soon, { courierId: 'c', etaAt: at(0) }), NOW)).toBe('calm');
    expect(urgencyOf(row(soon, { courierId: null, etaAt: null }), NOW)).toBe('at_risk');
  });

  test('a finished order is pressed no more', () => {
    expect(urgencyOf(row({ status: 'delivered', promisedUntil: at(-50) }), NOW)).toBe('over');
  });
});

describe('lists', () => {
  test('an order without a courier is open, unassigned, and at risk when it is pressed', () => {
    expect(groupsOf(row({ promisedUntil: at(5) }), NOW)).toEqual(['open', 'unassigned', 'at_risk']);
  });

  test('stages come from the delivery', () => {
    expect(stageOf(row({}, { status: 'pending' }), true, NOW)).toBe('offered');
    expect(stageOf(row({ status: 'in_delivery' }, { status: 'in_transit' }), false, NOW)).toBe('aboard');
    expect(stageOf(row({ status: 'cancelled' }, { status: 'pending' }), true, NOW)).toBe('cancelled');
  });

  test('what dispatch does not plan yet is open, but not unassigned', () => {
    const planned = row({ readyAt: at(3 * 24 * 60), promisedUntil: at(3 * 24 * 60 + 90) }, { status: 'pending' });
    expect(stageOf(planned, false, NOW)).toBe('planned');
    expect(groupsOf(planned, NOW)).toEqual(['open']);
    expect(stageOf(planned, false, Date.parse(at(3 * 24 * 60 - 40)))).toBe('unassigned');
  });

  test('what was given to a courier early is shown as theirs', () => {
    const early = { readyAt: at(3 * 24 * 60), promisedUntil: at(3 * 24 * 60 + 90) };
    expect(stageOf(row(early, { status: 'assigned_to_courier', courierId: 'c' }), false, NOW)).toBe('assigned');
  });

  test('a delivery at the door is done before its order says so', () => {
    const handedOver = row({ status: 'in_delivery' }, { status: 'delivered', courierId: 'c' });
    expect(stageOf(handedOver, false, NOW)).toBe('delivered');
    expect(groupsOf(handedOver, NOW)).toEqual(['done']);
  });

  test('open orders stand by slack, the most pressed first', () => {
    const rows = [row({ id: 'a', promisedUntil: at(30) }), row({ id: 'b', promisedUntil: at(5) })];
    expect(listed(rows, 'open', '', NOW).map((one) => one.order.id)).toEqual(['b', 'a']);
  });

  test('the search looks at number, addresses and names', () => {
    const rows = [row({ id: 'a', orderNumber: 'H77' }), row({ id: 'b' })];
    expect(listed(rows, 'open', ' h77 ', NOW).map((one) => one.order.id)).toEqual(['a']);
    expect(listed(rows, 'open', 'rua a', NOW)).toHaveLength(2);
  });
});

describe('figures', () => {
  test('without deliveries there is no share', () => {
    expect(onTimeShare({ delivered: 0, onTime: 0, doorMedianS: null })).toBeNull();
    expect(onTimeShare({ delivered: 4, onTime: 3, doorMedianS: 1 })).toBe(0.75);
  });

  test('as many are unassigned as the list of that name holds', () => {
    const rows = [
      row({ id: 'a' }, { status: 'pending', courierId: null }),
      row({ id: 'b' }, { status: 'returned', courierId: null }),
      row({ id: 'c' }, { status: 'assigned_to_courier', courierId: 'c' }),
      row({ id: 'd', readyAt: at(24 * 60), promisedUntil: at(25 * 60) }, { status: 'pending', courierId: null }),
      row({ id: 'e' }),
    ];
    const held = listed(rows, 'unassigned', '', NOW).map((one) => one.order.id);
    expect(held).toEqual(['a', 'e']);
    expect(figuresOf(rows, [], NOW).unassigned).toBe(held.length);
  });

  test('couriers off shift are not counted', () => {
    const couriers = ['online', 'on_delivery', 'offline', 'on_break'].map((status) => ({ status }) as StaffCourier);
    expect(figuresOf([], couriers, NOW)).toMatchObject({ onShift: 3, free: 1, busy: 1, onBreak: 1 });
  });
});
