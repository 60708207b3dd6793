// One alert for each row of "What to watch" (docs/operations.md): the summary is its words, the runbook its paragraph.
function(config)
  local e = (import 'expressions.libsonnet')(config);
  local alert(name, severity, summary, expr, duration=null) = {
    alert: 'JumioBridge' + name,
    expr: expr,
    [if duration != null then 'for']: duration,
    labels: { severity: severity },
    annotations: { summary: summary, runbook_url: '%s#%s' % [config.runbook, std.asciiLower(name)] },
  };
  // Creation being paused, under the name of a kind: that alert speaks, and not another one of what it holds back.
  local paused(kind) = 'label_replace(%s == 1, "kind", "%s", "", "")' % [e.gauge('creation_paused'), kind];
  local budget(speed, summary) =
    local burn = config.burn[speed];
    local spent(window) = '1 - %s > %.4f' % [e.gateGood(window), burn.rate * (1 - config.objectives.gate)];
    alert(
      'GateBudget' + speed,
      burn.severity,
      summary,
      '%s and %s and %s >= %d'
      % [spent(burn.long), spent(burn.short), e.gateRequests(burn.long), config.least.gateRequests]
    );
  {
    name: 'jumio-bridge',
    rules: [
      alert(
        'NotReady',
        'critical',
        'A replica does not answer, or an upstream or the ledger does not.',
        // Each replica has its own way to the ledger; an upstream is down where none of them reaches it. And without any scrape nothing else speaks.
        '%s == 0 or min by (upstream) (%s) == 0 or %s == 0 or absent(%s)' % [
          e.gauge('upstream_up', 'upstream!="ledger"', by='upstream'),
          e.metric('upstream_up', 'upstream="ledger"'),
          e.up,
          e.up,
        ],
        '5m'
      ),
      alert(
        'CreationPaused',
        'critical',
        'No person can start: creation at Jumio is paused.',
        '%s == 1' % e.gauge('creation_paused'),
        '5m'
      ),
      alert(
        'WorkOverdue',
        'critical',
        'Work has been due for more than 15 minutes.',
        '%s > %d unless on (kind) %s'
        % [e.gauge('work_oldest_due_seconds', by='kind'), config.overdue, paused('create')],
        '1m'
      ),
      alert(
        'StuckIdentities',
        'warning',
        'An identity needs an operator.',
        // Nothing is to be done for one that Kratos no longer has.
        '%s > 0 unless on (kind) (%s or %s)'
        % [e.gauge('stuck_identities', 'kind!="gone"', by='kind'), paused('parked'), paused('not_created')],
        '1h'
      ),
      alert(
        'ReviewTooOld',
        'warning',
        'A person has waited in review for more than a day.',
        '%s > %d' % [e.gauge('review_oldest_seconds'), config.review]
      ),
      alert(
        'PolicyRefusesMany',
        'warning',
        'The policy refuses many sign-ins.',
        '%s > %s and %s >= %d' % [
          e.refusedShare('1h'),
          config.refused,
          e.grown('gate_decisions_total', '', '1h'),
          config.least.signIns,
        ]
      ),
      alert(
        'FailuresUp',
        'warning',
        'Jumio rejects far more people than in the last week.',
        // The share that is half way to one, where twice the usual one would be more than all.
        '(%s > %s * (%s) or %s > (1 + %s) / 2) and %s >= %d' % [
          e.failedShare('6h'),
          config.failures,
          e.failedShare('7d'),
          e.failedShare('6h'),
          e.failedShare('7d'),
          e.grown('verifications_decided_total', 'source="jumio"', '6h'),
          config.least.decisions,
        ]
      ),
      alert(
        'ForgedCallbacks',
        'warning',
        'Somebody sends callbacks that are not genuine.',
        '%s > %d' % [e.grown('callbacks_total', 'result="forged"', '1h'), config.forged]
      ),
      alert(
        'EventsOld',
        'warning',
        'An application has not taken a signed event for more than an hour.',
        // Also where it wants no more: what was made for it waits. A replay of old events is over sooner than this lasts.
        '%s > %d' % [e.gauge('event_oldest_seconds', by='endpoint'), config.events],
        '5m'
      ),
      alert(
        'ClockOff',
        'critical',
        'A clock is more than five seconds from that of the ledger.',
        'max (abs(%s)) > %d' % [e.metric('clock_offset_seconds'), config.clock],
        '2m'
      ),
      budget('Fast', 'Sign-ins are slow or fail: the objective of a month is used up in two days.'),
      budget('Slow', 'Sign-ins are slow or fail: the objective of a month is used up in five days.'),
    ],
  }
