// SPDX-License-Identifier: MIT
// Durations, bounds and sources in words. Seconds come in, text goes out; nothing here touches the page.

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

// An age or a span: "35 s", "5 min", "3 h 20 min", "2 days".
export function durationText(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 100) return `${s} s`;
  if (s < 100 * MINUTE) return `${Math.round(s / MINUTE)} min`;
  if (s < 2 * DAY) {
    const minutes = Math.round(s / MINUTE);
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ''}`;
  }
  return `${Math.round(s / DAY)} days`;
}

export function ageText(seconds) {
  return seconds < 5 ? 'just now' : `${durationText(seconds)} ago`;
}

// A bound is rounded up, so that the text never promises more than the number.
export function boundText(seconds) {
  const ms = seconds * 1000;
  const up = (value, step) => Math.ceil(value / step - 1e-9) * step;
  if (ms < 0.1) return 'less than 0.1 ms';
  if (ms < 10) return `${up(ms, 0.1).toFixed(1)} ms`;
  if (ms < 1000) return `${up(ms, 1)} ms`;
  if (seconds < 10) return `${up(seconds, 0.1).toFixed(1)} s`;
  if (seconds < 100) return `${up(seconds, 1)} s`;
  if (seconds < 100 * MINUTE) return `${up(seconds / MINUTE, 1)} min`;
  if (seconds < 2 * DAY) return `${up(seconds / HOUR, 1)} h`;
  return `${up(seconds / DAY, 1)} days`;
}

// The size of an offset: "0.4 ms", "3.217 s", "2 h 5 min".
export function offsetText(seconds) {
  const size = Math.abs(seconds);
  if (size < 0.01) return `${(size * 1000).toFixed(1)} ms`;
  if (size < 1) return `${Math.round(size * 1000)} ms`;
  if (size < 100) return `${size.toFixed(3)} s`;
  return durationText(size);
}

export const signed = (seconds) => `${seconds < 0 ? '−' : '+'}${offsetText(seconds)}`;

// Offset = phone - hub, so a positive one means that the phone is ahead.
export function differenceText(offset, bound) {
  if (Math.abs(offset) <= bound) return `This phone and the hub agree within ${boundText(bound)}.`;
  const way = offset > 0 ? 'ahead of' : 'behind';
  return `This phone is ${offsetText(offset)} ${way} the hub, give or take ${boundText(bound)}.`;
}

// Returns what the hub asks a person before it takes a phone's time.
export function questionTexts({ error, message, offset_s: offset }) {
  const apart = `The two clocks are ${offsetText(offset)} apart.`;
  const plain = `${apart} Go on only if this phone is right.`;
  if (error === 'confirm') return [plain];
  if (error !== 'own-time') return [`The hub asks: ${message}.`, plain];
  return [`${message[0].toUpperCase()}${message.slice(1)}.`, `${apart} A time that came from the hub makes the hub’s no better: ` +
    'it only looks checked. Go on only if you know that this phone got its time elsewhere.'];
}

const SOURCES = {
  phone: 'the phone',
  manual: 'hand, from',
  ntp: 'the time server',
  rtc: 'the battery clock',
  http: 'the web server',
};

// "phone:192.168.4.17" becomes "the phone 192.168.4.17". An unknown kind keeps its own name.
export function sourceText(source) {
  if (!source) return '';
  if (source === 'manual') return 'hand';
  const at = source.indexOf(':');
  const words = at > 0 && SOURCES[source.slice(0, at)];
  return words ? `${words} ${source.slice(at + 1)}` : source;
}

// A split or a total to the millisecond: "4.567", "1:04.567", "1:01:04.567".
export function splitText(seconds) {
  const sign = seconds < 0 ? '−' : '';
  let ms = Math.round(Math.abs(seconds) * 1000);
  const take = (unit) => {
    const count = Math.floor(ms / unit);
    ms -= count * unit;
    return count;
  };
  const hours = take(HOUR * 1000);
  const minutes = take(MINUTE * 1000);
  const rest = (ms / 1000).toFixed(3);
  if (hours) return `${sign}${hours}:${String(minutes).padStart(2, '0')}:${rest.padStart(6, '0')}`;
  if (minutes) return `${sign}${minutes}:${rest.padStart(6, '0')}`;
  return `${sign}${rest}`;
}

// Returns what the page can say of the hub's time, in one word that styles and shapes follow.
export function judge(isHeard, status) {
  if (!isHeard) return 'away';
  if (!status) return 'silent';
  if (!status.synchronised) return 'unset';
  return status.reliable ? 'reliable' : 'unreliable';
}
