import type { WatchReport } from './report';

/** What the last scan found, in the text form of Prometheus. */
export function prometheusText(report: WatchReport): string {
  const { groups, coverage, cost, at, durationMs, namespace } = report;
  const lines: string[] = [];
  const metric = (
    name: string,
    type: 'gauge' | 'counter',
    help: string,
    values: [labels: Labels, value: number][],
  ): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of values) lines.push(`${name}${labelText({ namespace, ...labels })} ${value}`);
  };
  const labelsOf = ({ team, workflowType }: (typeof groups)[number]): Labels => ({
    team: team ?? '',
    type: workflowType,
  });
  metric(
    'longhaul_watch_running',
    'gauge',
    'Running executions by type of the catalog.',
    groups.flatMap((group) => (group.running === null ? [] : [[labelsOf(group), group.running] as [Labels, number]])),
  );
  metric(
    'longhaul_watch_overdue',
    'gauge',
    'Executions past their expected maximum.',
    groups.map((group) => [labelsOf(group), group.overdue]),
  );
  const open = new Map<string, [Labels, number]>();
  for (const group of groups) {
    for (const { verdict } of group.cases) {
      const labels = { ...labelsOf(group), verdict };
      const known = open.get(labelText(labels))?.[1] ?? 0;
      open.set(labelText(labels), [labels, known + 1]);
    }
  }
  metric('longhaul_watch_cases', 'gauge', 'Open cases by verdict.', [...open.values()]);
  metric('longhaul_watch_last_scan_timestamp_seconds', 'gauge', 'When the last scan succeeded.', [
    [{}, Date.parse(at) / 1_000],
  ]);
  metric('longhaul_watch_scan_duration_seconds', 'gauge', 'How long it took.', [[{}, durationMs / 1_000]]);
  metric('longhaul_watch_looked', 'gauge', 'Executions that it described.', [[{}, coverage.looked]]);
  metric('longhaul_watch_sweep_round_seconds', 'gauge', 'How long the last round over all that runs took.', [
    [{}, (coverage.lastRoundMs ?? NaN) / 1_000],
  ]);
  metric(
    'longhaul_watch_calls',
    'gauge',
    'Calls to the server that it took.',
    Object.entries(cost).map(([call, made]) => [{ call }, made]),
  );
  return `${lines.join('\n')}\n`;
}

type Labels = Record<string, string>;

function labelText(labels: Labels): string {
  const escaped = (value: string) => value.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}
