// What a follower of an order may know, as the API tells it.
import type { DeliveryStatus, OrderStatus, Place, VehicleType } from '../lib/api/views';

export interface FollowedPosition {
  latitude: number;
  longitude: number;
  headingDeg: number | null;
  fixedAt: string;
  /** Before pickup only roughly: the middle of a cell. */
  exact: boolean;
}

export interface TrackingView {
  orderId: string;
  orderNumber: string;
  orderStatus: OrderStatus;
  deliveryStatus: DeliveryStatus | null;
  companyName: string | null;
  pickup: Place;
  dropoff: Place;
  promisedFrom: string;
  promisedUntil: string;
  placedAt: string;
  readyAt: string;
  pickedUpAt: string | null;
  deliveredAt: string | null;
  etaAt: string | null;
  /** In four of five cases it comes between these. */
  etaFrom: string | null;
  etaUntil: string | null;
  /** Since when the courier seems to be at the next stop of this order. */
  reachedAt: string | null;
  courierName: string | null;
  courierVehicle: VehicleType | null;
  stopsBefore: number;
  position: FollowedPosition | null;
  isGift: boolean;
  giftMessage: string | null;
}
