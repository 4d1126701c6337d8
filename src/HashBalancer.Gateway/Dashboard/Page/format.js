// Numbers as people read them, of about one width; none is parted from its unit at a line's end.

const group = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function rate(value) {
  if (value === 0) return '0';
  if (value < 10) return value.toFixed(1);
  if (value < 10_000) return group.format(value);
  return value < 1e6 ? (value / 1e3).toFixed(1) + 'k' : (value / 1e6).toFixed(2) + 'M';
}

export const whole = value => group.format(value);

export function milliseconds(microseconds) {
  if (!(microseconds > 0)) return '–';
  const ms = microseconds / 1000;
  return ms < 1 ? ms.toFixed(2) + '\u00a0ms' : ms < 10 ? ms.toFixed(1) + '\u00a0ms' : ms < 10_000 ? group.format(ms) + '\u00a0ms' : (ms / 1000).toFixed(1) + '\u00a0s';
}

export function percent(part, digits) {
  if (part === null || part === undefined) return '–';
  const value = 100 * part;
  const places = digits ?? (value === 0 || value >= 10 ? 1 : value >= 1 ? 2 : 3);
  return value.toFixed(places) + '\u00a0%';
}

export function duration(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)}\u00a0s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}\u00a0h`;
  return `${Math.floor(seconds / 86_400)}\u00a0d`;
}

export const clock = at => new Date(at).toLocaleTimeString('en-GB');
