// Why a delivery could not be handed over, in the order in which people are asked.
export const FAILURES = [
  'recipient_absent',
  'wrong_address',
  'refused',
  'damaged',
  'access',
  'vehicle',
  'other',
] as const;
