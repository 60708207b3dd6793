// The objectives of docs/metrics.md, as the share that was good over a month, beside what it must be.
function(config)
  local e = (import 'expressions.libsonnet')(config);
  local month = '30d';
  local good = {
    gate: e.gateGood(month),
    callback: e.callbackGood(month),
    publication: e.publicationGood(month),
    work: e.workGood(month),
    review: e.reviewGood(month),
  };
  {
    name: 'jumio-bridge-objectives',
    interval: '5m',
    rules: std.flattenArrays([
      [
        { record: 'jumio_bridge:objective_good:ratio30d', expr: good[name], labels: { objective: name } },
        {
          record: 'jumio_bridge:objective:ratio',
          expr: 'vector(%s)' % config.objectives[name],
          labels: { objective: name },
        },
      ]
      for name in std.objectFields(good)
    ]),
  }
