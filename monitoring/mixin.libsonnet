// A monitoring mixin (monitoring.mixins.dev): Grafana dashboards, Prometheus rules and alerts.
(import 'config.libsonnet') + {
  grafanaDashboards+:: { 'jumio-bridge.json': (import 'dashboard.libsonnet')($._config) },
  prometheusRules+:: { groups+: [(import 'rules.libsonnet')($._config)] },
  prometheusAlerts+:: { groups+: [(import 'alerts.libsonnet')($._config)] },
}
