// What an installation changes: override it by `+:: { _config+:: { … } }` (README.md).
{
  _config+:: {
    // How Prometheus names the replicas of this service.
    job: 'jumio-bridge',
    // Where the paragraph of each alert is.
    runbook: 'https://github.com/ory/integrates/blob/main/identity-verification/jumio/docs/operations.md',
    dashboard: { uid: 'jumio-bridge', title: 'Jumio bridge', refresh: '1m', period: 'now-24h' },

    // Seconds that work may be due before somebody must look.
    overdue: 900,
    // Seconds that a person may wait for an operator.
    review: 86400,
    // Seconds between clocks: leases count on less (docs/operations.md#a-new-version).
    clock: 5,
    // Seconds that an application may not take an event that is for it.
    events: 3600,
    // Share of the sign-ins of an hour that a policy may refuse.
    refused: 0.2,
    // How much larger than that of seven days the share of failures of six hours may be.
    failures: 2,
    // Forged callbacks in an hour.
    forged: 20,
    // A share of fewer says nothing.
    least: { signIns: 20, decisions: 20, gateRequests: 100 },

    // Objectives: the share that must be good.
    objectives: { gate: 0.9995, callback: 0.9999, publication: 0.99, work: 0.99, review: 0.9 },
    // Seconds. Each is a bound of the histogram that it is compared with.
    good: { gate: '0.25', callback: '1', publication: '60' },
    // The burn rates of the objective of the gate: how fast, over which two windows.
    burn: {
      Fast: { rate: 14.4, long: '1h', short: '5m', severity: 'critical' },
      Slow: { rate: 6, long: '6h', short: '30m', severity: 'warning' },
    },
  },
}
