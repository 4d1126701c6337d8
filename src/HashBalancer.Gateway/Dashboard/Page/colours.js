// Colours of the theme in force, for what is drawn; and those of nodes and reasons.

let known = null;

export function colours() {
  if (known) return known;
  const style = getComputedStyle(document.documentElement);
  const get = name => style.getPropertyValue(`--${name}`).trim();
  known = Object.fromEntries(['ground', 'card', 'text', 'muted', 'line', 'soft', 'accent', 'good', 'warn', 'bad'].map(name => [name, get(name)]));
  known.nodeLight = get('node-light');
  known.nodeChroma = get('node-chroma');
  return known;
}

export function forget() { known = null; }

export const mostHues = 12;

// Hues of one lightness, as far from each other as twelve can be; the first ones neighbours never.
export const ofNode = index => `oklch(${colours().nodeLight} ${colours().nodeChroma} ${(250 + index * 137.5) % 360})`;

export const mix = (one, other, part) => `color-mix(in oklab, ${one} ${Math.round(100 * part)}%, ${other})`;

export function ofReason(reason) {
  const { accent, good, warn, bad, muted, card } = colours();
  switch (reason) {
    case 'owner': return mix(accent, card, 0.85);
    case 'waited': return mix(accent, card, 0.5);
    case 'hot-key': return mix(good, card, 0.7);
    case 'least-loaded': return mix(muted, card, 0.55);
    case 'spill': return mix(warn, card, 0.55);
    case 'successor': return mix(warn, card, 0.85);
    case 'saturated': return mix(bad, card, 0.5);
    case 'panic': return mix(bad, card, 0.7);
    default: return bad;
  }
}
