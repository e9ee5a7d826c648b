// The whole picture of a delivery as staff get it: journal, offers, and the card that explains each.
import type { Delivery, DeliveryStatus, OrderDetail, OrderStatus, StaffCourier } from './views';

export type TermName =
  | 'travelMs'
  | 'waitingMs'
  | 'pickupDelayMs'
  | 'rideMs'
  | 'detourMs'
  | 'latenessMs'
  | 'fairnessMs'
  | 'payMs'
  | 'changeMs';

export interface Candidate {
  courierId: string;
  pickupInS: number;
  etaInS: number;
  /** The delivery this courier takes in the same tick, if any. */
  takesDeliveryId: string | null;
  totalMs: number;
  /** What adds up to the total; a card kept from before a term was known lacks it. */
  terms: Partial<Record<TermName, number>>;
}

interface Excluded {
  reason: string;
  text: string;
  couriers: number;
  examples: string[];
}

/** Why the dispatch tick chose this courier. */
export interface TickCard {
  deliveryId: string;
  courierId: string | null;
  candidatesPriced: number;
  marginMs: number | null;
  candidates: Candidate[];
  excluded: Excluded[];
}

/** Why a dispatcher chose this courier. */
interface HandCard {
  source: 'manual';
  reason: string;
}

export interface OfferRecord {
  id: string;
  courierId: string;
  status: 'offered' | 'accepted' | 'rejected' | 'expired' | 'withdrawn';
  source: 'tick' | 'manual';
  distanceM: number;
  durationS: number;
  card: TickCard | HandCard;
  rejectReason: string | null;
  offeredAt: string;
  expiresAt: string;
  answeredAt: string | null;
}

interface DeliveryEvent {
  seq: number;
  kind: string;
  oldStatus: DeliveryStatus | null;
  newStatus: DeliveryStatus | null;
  courierId: string | null;
  data: { by?: string; comment?: string };
  at: string;
}

export interface Dossier {
  delivery: Delivery;
  order: OrderDetail;
  courier: StaffCourier | null;
  /** What the last dispatch tick said where it found nobody. */
  whyUnassigned?: string | null;
  offers: OfferRecord[];
  events: DeliveryEvent[];
}

export interface HistoryLine {
  oldStatus: OrderStatus | null;
  newStatus: OrderStatus;
  comment: string | null;
  at: string;
}
