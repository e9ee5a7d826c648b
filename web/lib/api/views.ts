// What the API answers with, as far as the pages read it; the whole truth is /openapi.json.
import type { MultiPolygon, Polygon } from 'geojson';


export interface Page<T> {
  items: T[];
  page: number;
  pageSize: number;
  totalCount: number;
  totalPages: number;
}

export interface Money {
  amount: number;
  currency: string;
}

/** What was handed over in the last hour of the business clock. */
export interface HourFigures {
  delivered: number;
  onTime: number;
  /** From the order to the door; null where nothing was handed over. */
  doorMedianS: number | null;
}

export interface Me {
  id: string;
  role: 'customer' | 'courier' | 'vendor' | 'support' | 'operator' | 'manager' | 'location_admin' | 'admin' | 'super_admin';
  /** What the session may do: `resource:action`, where `*` stands for anything. */
  permissions: string[];
  /** The zones that a member of the staff is kept to; empty: none or all. */
  zoneIds: string[];
  email: string | null;
  phone: string | null;
  firstName: string;
  lastName: string;
}

export interface Tokens {
  accessToken: string;
  expiresInS: number;
  user: Me;
}

export interface Ticket {
  ticket: string;
  url: string;
}

export interface Config {
  realtimeUrl: string;
  basemapUrl: string | null;
  clock: { epochMs: number; startMs: number; speed: number };
}

export interface Place {
  latitude: number;
  longitude: number;
  address: string;
}

export interface ContactPlace extends Place {
  contactName: string | null;
  contactPhone: string | null;
  notes: string | null;
}

export type OrderStatus =
  | 'pending'
  | 'confirmed'
  | 'preparing'
  | 'ready_for_delivery'
  | 'in_delivery'
  | 'delivered'
  | 'active'
  | 'return_requested'
  | 'returned'
  | 'completed'
  | 'cancelled'
  | 'refunded';

export type DeliveryStatus =
  | 'pending'
  | 'assigned_to_courier'
  | 'picked_up'
  | 'in_transit'
  | 'delivered'
  | 'failed'
  | 'returned'
  | 'cancelled';

export type CourierStatus = 'offline' | 'online' | 'on_delivery' | 'on_break';
export type VehicleType = 'motorcycle' | 'car' | 'bicycle' | 'on_foot';

export interface Order {
  id: string;
  orderNumber: string;
  companyId: string | null;
  zoneId: string;
  status: OrderStatus;
  pickup: ContactPlace;
  dropoff: ContactPlace;
  deliveryFee: Money;
  total: Money;
  paymentMethod: string;
  notes: string | null;
  gift: { message: string | null; recipientName: string | null } | null;
  readyAt: string;
  promisedFrom: string;
  promisedUntil: string;
  placedAt: string;
  cancelReason: string | null;
}

interface OrderItem {
  title: string;
  quantity: number;
  weightGrams: number;
  volumeCm3: number;
}

export interface OrderDetail extends Order {
  items: OrderItem[];
}

export interface Delivery {
  id: string;
  orderId: string;
  courierId: string | null;
  zoneId: string;
  status: DeliveryStatus;
  readyAt: string;
  windowEnd: string;
  assignedAt: string | null;
  pickedUpAt: string | null;
  deliveredAt: string | null;
  etaAt: string | null;
  distanceM: number;
  fee: Money;
  items: number;
  weightGrams: number;
  attempt: number;
  failureReason: string | null;
  receivedBy: string | null;
}

/** Something a dispatcher should look at. */
export interface Alert {
  kind: 'stuck' | 'off_route' | 'at_risk' | 'late';
  deliveryId: string;
  orderId: string;
  courierId: string | null;
  zoneId: string;
  raisedAt: string;
}

export interface StaffCourier {
  id: string;
  firstName: string;
  lastName: string;
  status: CourierStatus;
  verificationStatus: 'pending' | 'verified' | 'rejected';
  isActive: boolean;
  vehicleType: VehicleType;
  vehicleNumber: string | null;
  capacityItems: number;
  capacityGrams: number;
  totalDeliveries: number;
  shiftEndsAt: string | null;
}

export interface PlacedCourier {
  id: string;
  name: string;
  status: CourierStatus;
  vehicleType: VehicleType;
  latitude: number;
  longitude: number;
  headingDeg: number | null;
  speedMps: number | null;
  fixedAt: string;
  stale: boolean;
}

export interface Zone {
  id: string;
  name: string;
  code: string;
  polygon: Polygon | MultiPolygon;
  currency: string;
  timeZone: string;
  isActive: boolean;
}

export interface Company {
  id: string;
  name: string;
}
