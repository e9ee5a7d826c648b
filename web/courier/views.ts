// What the API tells a courier.
import type { ContactPlace, CourierStatus, Delivery, Money, OrderStatus, Place, VehicleType } from '../lib/api/views';

export interface Profile {
  id: string;
  status: CourierStatus;
  verificationStatus: 'pending' | 'verified' | 'rejected';
  rejectedReason: string | null;
  isActive: boolean;
  vehicleType: VehicleType;
  totalDeliveries: number;
}

export interface Offer {
  id: string;
  deliveryId: string;
  expiresAt: string;
  pickup: Place;
  dropoff: Place;
  readyAt: string;
  distanceM: number;
  durationS: number;
  fee: Money;
  items: number;
}

export interface CourierDelivery extends Delivery {
  orderNumber: string;
  orderStatus: OrderStatus;
  pickup: ContactPlace;
  dropoff: ContactPlace;
  notes: string | null;
  recipientName: string | null;
  recipientPhone: string | null;
}

export interface Stop {
  deliveryId: string;
  kind: 'pickup' | 'dropoff';
  latitude: number;
  longitude: number;
  address: string;
  etaAt: string | null;
  /** Since when your fixes say that you are there. */
  reachedAt: string | null;
}
