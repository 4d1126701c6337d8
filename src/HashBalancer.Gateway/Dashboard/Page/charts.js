// Traffic by reason and latency over the last minutes. uPlot draws; values stand in lists of our own beneath.

import { byId, make, say, show } from './dom.js';
import { colours, mix, ofReason } from './colours.js';
import { milliseconds, rate } from './format.js';

// From the bottom: what is as it should be first.
const order = ['owner', 'waited', 'hot-key', 'least-loaded', 'spill', 'successor', 'saturated', 'panic', 'none'];

export class Charts {
  constructor(state) {
    this.state = state;
    this.at = null; // The sample under the pointer; null: the last one.
    new ResizeObserver(() => this.resize()).observe(byId('traffic'));
    new ResizeObserver(() => this.resize()).observe(byId('latency'));
  }

  // The theme changed, or the pool.
  reset() {
    this.traffic?.destroy();
    this.latency?.destroy();
    this.traffic = this.latency = this.shown = null;
    this.update();
  }

  // Reasons that occurred: a legend of nine, seven of them zero, hides the two that matter.
  get present() {
    const { samples, reasons } = this.state;
    const found = order.filter(name => { const at = reasons.indexOf(name); return samples.some(sample => sample.byReason[at] > 0); });
    return found.length ? found : ['owner'];
  }

  update() {
    if (typeof uPlot === 'undefined') return;
    const { samples, reasons } = this.state;
    const present = this.present;
    if (this.shown !== present.join()) {
      this.shown = present.join();
      this.traffic?.destroy();
      this.traffic = this.make('traffic', [...present].reverse().map(name => this.area(ofReason(name))));
      this.latency ??= this.make('latency', [this.area(colours().accent, 0.16)]);
    }
    const times = samples.map(sample => sample.at / 1000);
    const stacks = [];
    let below = samples.map(() => 0);
    for (const name of present) {
      const at = reasons.indexOf(name);
      below = below.map((sum, index) => sum + (samples[index].byReason[at] ?? 0));
      stacks.unshift(below);
    }
    const now = times[times.length - 1] ?? Date.now() / 1000;
    // A young gateway's minute fills the chart, too.
    const range = { min: Math.min(now - 60, Math.max(now - 300, times[0] ?? now)), max: now };
    this.feed(this.traffic, [times, ...stacks], range);
    this.feed(this.latency, [times, samples.map(sample => sample.latency > 0 ? sample.latency / 1000 : null)], range);
    show(byId('traffic-empty'), !samples.some(sample => sample.rate > 0));
    this.list();
  }

  feed(plot, data, range) {
    plot.batch(() => { plot.setData(data, false); plot.setScale('x', range); });
  }

  area(stroke, part = null) {
    return { stroke, width: part === null ? 0 : 1.75, fill: part === null ? stroke : mix(stroke, colours().card, part), points: { show: false }, spanGaps: true };
  }

  make(id, series) {
    const box = byId(id);
    const { muted, line } = colours();
    const axis = { stroke: muted, font: '12px system-ui, sans-serif', grid: { stroke: line, width: 1 }, ticks: { show: false } };
    return new uPlot({
      width: Math.max(120, box.clientWidth), height: 210, legend: { show: false }, padding: [8, 26, 0, 0],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: { x: { time: true, auto: false }, y: { range: (_, __, most) => [0, niceAbove(most)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, gap: 6, space: 60, values: (_, splits) => splits.map(at => new Date(at * 1000).toLocaleTimeString('en-GB', at % 60 === 0 ? { hour: '2-digit', minute: '2-digit' } : {})), incrs: [15, 30, 60, 120] },
        { ...axis, size: 46, gap: 6, space: 40, values: (_, splits) => splits.map(tick) },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [plot => { this.at = plot.cursor.idx ?? null; this.list(); }] },
    }, [[], ...series.map(() => [])], box);
  }

  resize() {
    for (const [plot, id] of [[this.traffic, 'traffic'], [this.latency, 'latency']]) {
      const width = byId(id).clientWidth;
      if (plot && width > 0 && plot.width !== width) plot.setSize({ width, height: 210 });
    }
  }

  list() {
    const sample = this.state.samples[this.at] ?? this.state.last;
    const present = this.present;
    const keys = byId('traffic-keys');
    if (keys.dataset.shown !== present.join()) {
      keys.dataset.shown = present.join();
      keys.replaceChildren(...present.map(name => {
        const dot = make('span', { class: 'dot', 'aria-hidden': 'true' });
        return make('li', {}, dot, name, make('b', {}));
      }));
    }
    present.forEach((name, index) => {
      const [dot, , value] = [...keys.children[index].childNodes];
      dot.style.background = ofReason(name);
      say(value, sample ? rate(sample.byReason[this.state.reasons.indexOf(name)] ?? 0) : '–');
    });
    const parts = sample ? [['mean', milliseconds(sample.latency)], ['retries/s', rate(sample.retries)], ['errors/s', rate(sample.errors)]] : [];
    const list = byId('latency-keys');
    if (list.children.length !== parts.length) list.replaceChildren(...parts.map(([name]) => make('li', {}, name, make('b', {}))));
    parts.forEach(([, value], index) => say(list.children[index].lastChild, value));
  }
}

// Two digits where they tell something: 0, 0.25, 1.5, 20, 12k.
const tick = value => value < 10 ? String(Math.round(value * 100) / 100) : rate(value);

// A round number a little above: the axis ends on a line.
function niceAbove(most) {
  if (!(most > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1.2, 1.5, 2, 3, 4, 5, 6, 8, 10].map(step => step * unit).find(step => step >= most * 1.05) ?? 12 * unit;
}
