import type { RunInspection } from '../../replay';
import { html } from './page';
import { bytesText, countText, durationText, timeText } from './units';

const width = 640;
const left = 8;
const right = width - 8;

/** Events and bytes over time, each with the server's warning as a line where it is near. */
export function growthSvg({ growth, events, bytes, startedAt, lastEventAt }: RunInspection): string {
  const [top, bottom] = [24, 180];
  const [from, to] = [Date.parse(startedAt), Date.parse(lastEventAt)];
  const x = (at: string): number => scale(Date.parse(at), from, Math.max(to, from + 1), left, right);
  const curve = (of: 'events' | 'bytes', most: number, colour: string): string => {
    const points = growth.map(
      (point) => `${x(point.at).toFixed(1)},${scale(point[of], 0, most, bottom, top).toFixed(1)}`,
    );
    return `<polyline fill="none" stroke="var(--${colour})" stroke-width="2" points="${points.join(' ')}"/>`;
  };
  return [
    `<h3>Growth</h3><div class="scroll"><svg viewBox="0 0 ${width} 200" role="img" aria-label="Growth of the history">`,
    `<text x="${left}" y="15" style="fill:var(--first)">${countText(events)} events</text>`,
    `<text x="${right}" y="15" text-anchor="end" style="fill:var(--second)">${bytesText(bytes)}</text>`,
    warning(events, 10_240, top, bottom),
    curve('events', Math.max(events, 1), 'first'),
    curve('bytes', Math.max(bytes, 1), 'second'),
    `<text x="${left}" y="195">${timeText(startedAt)}</text>`,
    `<text x="${right}" y="195" text-anchor="end">${timeText(lastEventAt)}</text></svg></div>`,
  ].join('\n');
}

function warning(events: number, at: number, top: number, bottom: number): string {
  if (events < at) return '';
  const y = scale(at, 0, events, bottom, top);
  return `<line x1="${left}" x2="${right}" y1="${y}" y2="${y}" stroke="var(--bad)" stroke-dasharray="4"/><text x="${left}" y="${y - 3}">warning at ${countText(at)} events</text>`;
}

const mostRows = 60;
const rowHeight = 18;

/** What was under way when: a bar for each activity, timer and child, the longest of them. */
export function timelineSvg({ timeline, startedAt, lastEventAt }: RunInspection): string {
  if (timeline.length === 0) return '';
  const [from, to] = [Date.parse(startedAt), Date.parse(lastEventAt)];
  const end = Math.max(to, from + 1);
  const length = ({ from: begin, to: until }: (typeof timeline)[number]) =>
    Date.parse(until ?? lastEventAt) - Date.parse(begin);
  const shown = [...timeline].sort((a, b) => length(b) - length(a)).slice(0, mostRows);
  const bars = shown
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from))
    .map((bar, row) => {
      const x = scale(Date.parse(bar.from), from, end, left, right);
      const until = scale(Date.parse(bar.to ?? lastEventAt), from, end, left, right);
      const bad = ['failed', 'timed out', 'terminated'].includes(bar.status);
      const colour = bad ? 'bad' : bar.what === 'timer' ? 'second' : 'first';
      const y = 4 + row * rowHeight;
      const label = `${bar.what} ${bar.name}, ${bar.status}, ${durationText(length(bar))}`;
      const atEnd = x > width / 2;
      return [
        `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(2, until - x).toFixed(1)}" height="${rowHeight - 5}" fill="var(--${colour})" opacity=".45"/>`,
        `<text x="${(atEnd ? until : x + 3).toFixed(1)}" y="${y + 10}"${atEnd ? ' text-anchor="end"' : ''}>${html(label)}</text>`,
      ].join('');
    });
  const height = 8 + shown.length * rowHeight;
  const longest = timeline.length > shown.length ? ` (the ${mostRows} longest)` : '';
  return `<h3>Timeline${longest}</h3><div class="scroll"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Timeline">${bars.join('\n')}</svg></div>`;
}

function scale(value: number, from: number, to: number, low: number, high: number): number {
  return low + ((value - from) / (to - from)) * (high - low);
}
