// The expressions that rules, alerts and panels share. A gauge of the ledger is the same in each replica: `max`, never `sum`.
function(config) {
  local of(name, labels='') =
    'jumio_bridge_%s{job="%s"%s}' % [name, config.job, if labels == '' then '' else ',' + labels],
  metric:: of,
  up: 'up{job="%s"}' % config.job,
  // How much a counter has grown in a time.
  grown(name, labels, window):: 'sum(increase(%s[%s]))' % [of(name, labels), window],
  rateBy(label, name, labels='', window='$__rate_interval')::
    'sum by (%s) (rate(%s[%s]))' % [label, of(name, labels), window],
  // A gauge of the ledger.
  gauge(name, labels='', by=''):: 'max%s (%s)' % [if by == '' then '' else ' by (%s)' % by, of(name, labels)],
  quantile(q, name, by='', labels='', window='$__rate_interval')::
    'histogram_quantile(%s, sum by (%s) (rate(%s[%s])))'
    % [q, if by == '' then 'le' else 'le, ' + by, of(name + '_bucket', labels), window],

  // A bound as Prometheus 2 stores it (1) and as Prometheus 3 does (1.0).
  local le(bound) = if std.member(bound, '.') then 'le="%s"' % bound else 'le=~"%s|%s.0"' % [bound, bound],
  local gate = 'route="/jumio/validate",method="POST"',
  local callback = 'route="/jumio/callback",method="POST"',
  // The share of sign-ins that was answered, and soon enough.
  gateGood(window):: '%s / %s' % [
    self.grown('http_request_duration_seconds_bucket', '%s,code!="5xx",%s' % [gate, le(config.good.gate)], window),
    self.grown('http_request_duration_seconds_count', gate, window),
  ],
  gateRequests(window):: self.grown('http_request_duration_seconds_count', gate, window),
  // Of the genuine callbacks: one that is forged is refused, and must be.
  callbackGood(window):: '%s / %s' % [
    self.grown('http_request_duration_seconds_bucket', '%s,code="2xx",%s' % [callback, le(config.good.callback)], window),
    self.grown('http_request_duration_seconds_count', callback + ',code!="4xx"', window),
  ],
  publicationGood(window):: '%s / %s' % [
    self.grown('publish_delay_seconds_bucket', le(config.good.publication), window),
    self.grown('publish_delay_seconds_count', '', window),
  ],
  // The share of the time in which nothing was due for too long, and nobody waited for too long.
  workGood(window):: 'avg_over_time((%s <= bool %d)[%s:5m])' % [self.gauge('work_oldest_due_seconds'), config.overdue, window],
  reviewGood(window):: 'avg_over_time((%s <= bool %d)[%s:5m])' % [self.gauge('review_oldest_seconds'), config.review, window],

  refusedShare(window):: '%s / %s' % [
    self.grown('gate_decisions_total', 'decision=~"block|would_block"', window),
    self.grown('gate_decisions_total', '', window),
  ],
  failedShare(window):: '%s / %s' % [
    self.grown('verifications_decided_total', 'verdict="FAILED",source="jumio"', window),
    self.grown('verifications_decided_total', 'source="jumio"', window),
  ],
}
