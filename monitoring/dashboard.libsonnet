function(config)
  local e = (import 'expressions.libsonnet')(config);
  local datasource = { type: 'prometheus', uid: '${datasource}' };
  local target(expr, legend) = { datasource: datasource, expr: expr, legendFormat: legend };
  local defaults(unit) = { defaults: { unit: unit, min: 0 }, overrides: [] };
  local graph(title, description, unit, targets, width=8) = {
    type: 'timeseries',
    title: title,
    description: description,
    datasource: datasource,
    fieldConfig: defaults(unit),
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: targets,
    gridPos: { w: width, h: 8 },
  };
  // Green up to the threshold, red from it on.
  local stat(title, description, unit, expr, red, legend='') = {
    type: 'stat',
    title: title,
    description: description,
    datasource: datasource,
    fieldConfig: {
      defaults: {
        unit: unit,
        thresholds: {
          mode: 'absolute',
          steps: [{ color: 'green', value: null }, { color: 'red', value: red }],
        },
      },
      overrides: [],
    },
    options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'background', graphMode: 'none' },
    targets: [target(expr, legend)],
    gridPos: { w: 4, h: 4 },
  };
  local row(title) = { type: 'row', title: title, collapsed: false, panels: [], gridPos: { w: 24, h: 1 } };

  local panels = [
    row('Now'),
    stat('Upstreams down', 'Jumio, Kratos, the ledger, providers of eIDs: how many do not answer, seen from every replica', 'none', 'count(%s == 0) or vector(0)' % e.gauge('upstream_up', by='upstream'), 1),
    stat('Creation paused', 'No person can start while it is', 'none', e.gauge('creation_paused'), 1),
    stat('Oldest work due', 'How long the oldest work has been due', 's', e.gauge('work_oldest_due_seconds'), config.overdue),
    stat('Stuck', 'Identities that need an operator (list --stuck)', 'none', 'sum(%s)' % e.gauge('stuck_identities', 'kind!="gone"', by='kind'), 1),
    stat('Oldest in review', 'How long the longest has waited for an operator', 's', e.gauge('review_oldest_seconds'), config.review),
    stat('Clock', 'How far a clock is from that of the ledger', 's', 'max (abs(%s))' % e.metric('clock_offset_seconds'), config.clock),
    row('Objectives'),
    graph('Good, of 30 days', 'The share of each objective that was good, and what it must be (docs/metrics.md)', 'percentunit', [
      target('jumio_bridge:objective_good:ratio30d', '{{objective}}'),
      target('jumio_bridge:objective:ratio', '{{objective}} must be'),
    ], 24),
    row('Sign-ins'),
    graph('Decisions of the gate', 'Per second', 'reqps', [target(e.rateBy('decision', 'gate_decisions_total'), '{{decision}}')]),
    graph('Refused, by rule', 'Also what shadow mode would refuse', 'reqps', [target(e.rateBy('rule, status', 'gate_decisions_total', 'decision=~"block|would_block"'), '{{rule}}: {{status}}')]),
    graph('Time of the gate', '', 's', [
      target(e.quantile(q, 'http_request_duration_seconds', labels='route="/jumio/validate",method="POST"'), 'p%s' % std.split(q, '.')[1])
      for q in ['0.50', '0.90', '0.99']
    ]),
    row('Verifications'),
    graph('Started and decided', 'Per hour', 'none', [
      target(e.grown('verifications_started_total', '', '1h'), 'started'),
      target('sum by (verdict, source) (increase(%s[1h]))' % e.metric('verifications_decided_total'), '{{verdict}} {{source}}'),
    ]),
    graph('Why people are rejected', 'Of the last six hours', 'none', [target('sum by (reason) (increase(%s[6h]))' % e.metric('verifications_decided_total', 'verdict="FAILED"'), '{{reason}}')]),
    graph('From the request to the verdict', 'Of the last six hours', 's', [
      target(e.quantile('0.50', 'time_to_verdict_seconds', window='6h'), 'p50'),
      target(e.quantile('0.90', 'time_to_verdict_seconds', window='6h'), 'p90'),
      target(e.quantile('0.99', 'publish_delay_seconds', window='6h'), 'from the verdict to Kratos, p99'),
    ]),
    row('People'),
    graph('Identities', 'By status', 'none', [target(e.gauge('identities', by='status'), '{{status}}')]),
    graph('In review', '', 'none', [target(e.gauge('review_waiting'), 'waiting for an operator')]),
    graph('Stuck, by kind', 'As list --stuck names them', 'none', [target(e.gauge('stuck_identities', by='kind'), '{{kind}}')]),
    row('Work'),
    graph('Due', 'Up to 10,000 of each job are counted', 'none', [target(e.gauge('work_due', by='kind'), '{{kind}}')]),
    graph('Oldest due', '', 's', [target(e.gauge('work_oldest_due_seconds', by='kind'), '{{kind}}')]),
    graph('Calls left', 'What the budgets of Jumio allow at once; 0 during a pause', 'none', [target('min by (upstream) (%s)' % e.metric('budget_tokens'), '{{upstream}}')]),
    row('Upstreams'),
    graph('Answers', '0: no answer', 'none', [target('min by (upstream) (%s)' % e.metric('upstream_up'), '{{upstream}}')]),
    graph('Calls, by outcome', 'Per second', 'reqps', [target(e.rateBy('upstream, outcome', 'upstream_request_duration_seconds_count'), '{{upstream}} {{outcome}}')]),
    graph('Time of a call, p90', '', 's', [target(e.quantile('0.90', 'upstream_request_duration_seconds', by='upstream, operation'), '{{upstream}} {{operation}}')]),
    row('Requests'),
    graph('Answers, by route', 'Per second', 'reqps', [target(e.rateBy('route, code', 'http_request_duration_seconds_count'), '{{route}} {{code}}')]),
    graph('Time of an answer, p90', '', 's', [target(e.quantile('0.90', 'http_request_duration_seconds', by='route'), '{{route}}')]),
    graph('Callbacks', 'Per hour', 'none', [target('sum by (result) (increase(%s[1h]))' % e.metric('callbacks_total'), '{{result}}')]),
    row('Signed events'),
    graph('Oldest event, by endpoint', 'How long ago the oldest was made that an application has not taken', 's', [target(e.gauge('event_oldest_seconds', by='endpoint'), '{{endpoint}}')], 12),
    graph('Tries, by outcome', 'Per second. gone: the application answered 410, and gets no more; given_up: an event was tried for 33 days', 'reqps', [target(e.rateBy('endpoint, outcome', 'event_deliveries_total'), '{{endpoint}} {{outcome}}')], 12),
    row('Replicas'),
    graph('Versions', 'Replicas of each version', 'none', [target('count by (version) (%s)' % e.metric('build_info'), '{{version}}')]),
  ];
  // From left to right, and on as a line is full. A row begins a line.
  local placed = std.foldl(
    function(acc, panel)
      local w = panel.gridPos.w;
      local wraps = acc.x + w > 24;
      local x = if wraps then 0 else acc.x;
      local y = if wraps then acc.y + acc.h else acc.y;
      local h = if wraps then panel.gridPos.h else std.max(acc.h, panel.gridPos.h);
      {
        x: x + w,
        y: y,
        h: h,
        panels: acc.panels + [panel { id: std.length(acc.panels) + 1, gridPos+: { x: x, y: y } }],
      },
    panels,
    { x: 0, y: 0, h: 0, panels: [] }
  ).panels;
  {
    uid: config.dashboard.uid,
    title: config.dashboard.title,
    tags: ['jumio', 'ory'],
    schemaVersion: 39,
    editable: true,
    refresh: config.dashboard.refresh,
    time: { from: config.dashboard.period, to: 'now' },
    timezone: 'browser',
    templating: {
      list: [{ type: 'datasource', name: 'datasource', label: 'Prometheus', query: 'prometheus' }],
    },
    panels: placed,
  }
