/** Which part of the grand total the order carries as paid. */
export const paymentPolicies = ['paid', 'listed', 'full', 'none'] as const;
export type PaymentPolicy = (typeof paymentPolicies)[number];

/** What happens to a line that matches no product. */
export const unmatchedPolicies = ['fail', 'open-item'] as const;
export type UnmatchedPolicy = (typeof unmatchedPolicies)[number];
