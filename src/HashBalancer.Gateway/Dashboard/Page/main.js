// Puts the page together: one state, told by the feed, shown by its parts once for each message.

import { Allocation } from './allocation.js';
import { Charts } from './charts.js';
import { forget } from './colours.js';
import { byId, say, show } from './dom.js';
import { Drain } from './drain.js';
import { Explain } from './explain.js';
import { Feed } from './feed.js';
import { Nodes } from './nodes.js';
import { Overview } from './overview.js';
import { Ring } from './ring.js';
import { State } from './state.js';
import { WhatIf } from './whatif.js';

const state = new State();
const ring = new Ring(state);
const drain = new Drain(state);
const nodes = new Nodes(state, ring, node => drain.open(node));
const charts = new Charts(state);
const explain = new Explain(state, ring);
const whatIf = new WhatIf(state);
const allocation = new Allocation(state);
const overview = new Overview(state, choose);

let frame = 0;
function draw() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const begun = performance.now();
    ring.draw();
    nodes.update();
    overview.update();
    allocation.update();
    charts.update();
    // For whoever measures the page: what the last message cost.
    performance.measure('update', { start: begun, end: performance.now() });
    if (performance.getEntriesByName('update').length > 200) performance.clearMeasures('update');
  });
}

const feed = new Feed(
  (kind, told) => { state.apply(kind, told); draw(); },
  (live, text, pause) => {
    byId('page').classList.toggle('stale', !live);
    const banner = byId('banner');
    show(banner, !live);
    if (!live) say(banner, `${text} ${state.gateway ? `What you see is of ${new Date(state.at).toLocaleTimeString('en-GB')}. ` : ''}Trying again in ${pause / 1000} s.`);
  });

ring.onpick = id => { ring.picked = id; ring.draw(); nodes.update(); };

const poolInAddress = () => new URLSearchParams(location.search).get('pool');

function choose(pool) {
  history.replaceState(null, '', `?pool=${encodeURIComponent(pool)}`);
  ring.picked = ring.hovered = null;
  explain.clear();
  whatIf.clear();
  feed.open(pool);
}

const themes = ['auto', 'light', 'dark'];
const shownTheme = () => document.documentElement.dataset.theme ?? 'auto';
function sayTheme() { say(byId('theme'), `Theme: ${shownTheme()}`); }
function repaint() { forget(); charts.reset(); draw(); }
byId('theme').addEventListener('click', () => {
  const next = themes[(themes.indexOf(shownTheme()) + 1) % themes.length];
  if (next === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try { localStorage.setItem('theme', next); } catch { /* It holds for this visit. */ }
  sayTheme();
  repaint();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);

sayTheme();
charts.update();
feed.open(poolInAddress());
