// SPDX-License-Identifier: MIT
// Draws what was still to be slewed of the hub's clock, and the bound, over the last hours; says the same in a sentence.
import { svg } from './dom.js';
import { boundText, durationText, signed } from './words.js';

const WIDTH = 640;
const HEIGHT = 200;
const LEFT = 64;
const BOTTOM = 24;
const TOP = 8;
export const LONGEST_GAP_S = 180;

// The least of 1, 2, 5, 10... that is not below the value.
export function roundUp(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return unit * [1, 2, 5, 10].find((step) => step * unit >= value * (1 - 1e-9));
}

// Points that were measured without a break.
export function runs(points) {
  const found = [];
  for (const point of points) {
    const run = found.at(-1);
    if (run && point.unix - run.at(-1).unix < LONGEST_GAP_S) run.push(point);
    else found.push([point]);
  }
  return found;
}

export function summary(points) {
  const offsets = points.map((p) => p.offset_s);
  const bound = Math.max(...points.map((p) => p.bound_s));
  const unreliable = points.filter((p) => !p.reliable).length;
  return `In the last ${durationText(points.at(-1).unix - points[0].unix)} what was still to be slewed of the hub’s clock ` +
    `was between ${signed(Math.min(...offsets))} and ${signed(Math.max(...offsets))}, ` +
    `and the time was right to within ${boundText(bound)}` +
    (unreliable ? `; it was unreliable in ${Math.round((100 * unreliable) / points.length)} % of it.` : '.');
}

function axisLabel(seconds) {
  if (seconds === 0) return '0';
  const size = Math.abs(seconds);
  const text = size < 0.001 ? `${+(size * 1e6).toFixed(0)} µs`
    : size < 1 ? `${+(size * 1e3).toFixed(1)} ms` : `${+size.toFixed(1)} s`;
  return (seconds < 0 ? '−' : '+') + text;
}

// Needs two points. `timeText` formats Unix milliseconds.
export function draw(all, timeText) {
  const root = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img', 'aria-label': summary(all) });
  const start = all[0].unix;
  const span = Math.max(all.at(-1).unix - start, 1);
  // A few wide bounds, such as before the first sync, should not flatten the rest.
  const sizes = all.map((p) => Math.abs(p.offset_s) + p.bound_s).sort((a, b) => a - b);
  const top = roundUp(Math.max(sizes[Math.floor((sizes.length - 1) * 0.95)], 1e-5));
  const x = (unix) => LEFT + ((unix - start) / span) * (WIDTH - LEFT - 6);
  const middle = (HEIGHT - BOTTOM + TOP) / 2;
  const y = (seconds) => middle - (Math.max(-top, Math.min(top, seconds)) / top) * (middle - TOP);
  const at = (unix, seconds) => `${x(unix).toFixed(1)},${y(seconds).toFixed(1)}`;
  for (const level of [top, 0, -top]) {
    root.append(svg('line', { x1: LEFT, x2: WIDTH - 6, y1: y(level), y2: y(level), class: level ? 'grid' : 'zero' }));
    const label = svg('text', { x: LEFT - 8, y: y(level) + 4, 'text-anchor': 'end' });
    label.textContent = axisLabel(level);
    root.append(label);
  }
  for (const [unix, anchor] of [[start, 'start'], [start + span, 'end']]) {
    const label = svg('text', { x: x(unix), y: HEIGHT - 4, 'text-anchor': anchor });
    label.textContent = timeText(unix * 1000);
    root.append(label);
  }
  for (const run of runs(all)) {
    const upper = run.map((p) => at(p.unix, p.offset_s + p.bound_s));
    const lower = run.map((p) => at(p.unix, p.offset_s - p.bound_s)).reverse();
    root.append(
      svg('polygon', { points: [...upper, ...lower].join(' '), class: 'band' }),
      svg('polyline', { points: run.map((p) => at(p.unix, p.offset_s)).join(' '), class: 'line' }));
  }
  return root;
}
