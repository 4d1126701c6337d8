// The ring as a picture: arcs by owner, overrides outside, where requests come in inside, the nodes in the middle.

import { byId, mark, say } from './dom.js';
import { colours, mix, mostHues, ofNode } from './colours.js';
import { percent, rate, whole } from './format.js';
import { memory } from './state.js';

const full = 2 * Math.PI;
const top = -Math.PI / 2;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export class Ring {
  constructor(state) {
    this.state = state;
    this.canvas = byId('ring');
    this.picked = null; // A node's id, chosen in the table or by a click.
    this.hovered = null;
    this.key = null; // { place: 0..1, node: id }: the key that was explained.
    new ResizeObserver(() => this.draw()).observe(byId('ring-box'));
    this.canvas.addEventListener('pointermove', event => this.point(event));
    this.canvas.addEventListener('pointerleave', () => { this.hovered = null; this.draw(); });
    this.canvas.addEventListener('click', () => this.onpick?.(this.hovered === this.picked ? null : this.hovered));
  }

  get byHue() { return this.state.nodes.size <= mostHues; }

  colourOf(node) {
    const { accent, line, warn } = colours();
    if (this.byHue) return ofNode(node.index);
    const due = this.totalLoad * node.share;
    if (!(due > 0)) return line;
    // Busy is what chance does not explain: requests come as a Poisson number does.
    const times = node.load / due;
    const busy = times > 1.5 && node.load - due > 4 * Math.sqrt(due / memory);
    return busy ? mix(warn, line, Math.min(1, 0.3 + (times - 1.5))) : mix(accent, line, 0.15 + Math.min(times, 1.5) * 0.4);
  }

  draw() {
    const box = byId('ring-box').getBoundingClientRect();
    if (box.width < 20 || box.height < 20) return;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) [this.canvas.width, this.canvas.height] = [width, height];
    const context = this.context = this.canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, box.width, box.height);
    [this.x, this.y] = [box.width / 2, box.height / 2];
    this.radius = Math.min(box.width, box.height) / 2 - 8;
    this.band = Math.max(14, this.radius * 0.11);
    this.inner = this.radius - 10 - this.band;
    const serving = [...this.state.nodes.values()].filter(node => node.share > 0);
    this.serving = serving.length;
    this.totalLoad = serving.reduce((sum, node) => sum + node.load, 0);
    this.chosen = this.hovered ?? this.picked;
    this.drawBand();
    this.drawHeat();
    this.places = this.placeNodes();
    this.drawKey();
    this.drawNodes();
    this.drawCentre();
    this.describe();
  }

  stroke(from, to, radius, width, colour) {
    const { context } = this;
    context.beginPath();
    context.arc(this.x, this.y, radius, top + from * full, top + to * full);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }

  drawBand() {
    const { owners, overridden } = this.state.ring;
    const { soft, line, accent } = colours();
    const middle = this.radius - 10 - this.band / 2;
    if (owners.length === 0 || this.serving === 0) { this.stroke(0, 1, middle, this.band, soft); return; }
    const shades = new Map();
    for (let from = 0, to; from < owners.length; from = to) {
      for (to = from + 1; to < owners.length && owners[to] === owners[from];) to++;
      const node = this.state.nodes.get(owners[from]);
      let shade = shades.get(owners[from]);
      if (!shade) {
        shade = node ? this.colourOf(node) : line;
        if (this.chosen && node?.id !== this.chosen) shade = mix(shade, soft, 0.18);
        else if (this.chosen && !this.byHue) shade = accent;
        shades.set(owners[from], shade);
      }
      // A hair more than the sector: no seams between neighbours.
      this.stroke(from / owners.length, (to + 0.15) / owners.length, middle, this.band, shade);
    }
    for (const sector of overridden) this.stroke(sector / owners.length, (sector + 1) / owners.length, this.radius - 3, 4, accent);
  }

  drawHeat() {
    const { heat } = this.state;
    const { accent, soft, line } = colours();
    const reach = this.radius * 0.14;
    const base = this.inner - 5;
    this.stroke(0, 1, base, 1, line);
    if (!heat) return;
    const { context } = this;
    context.lineWidth = Math.max(1.2, full * base / heat.length * 0.55);
    context.strokeStyle = mix(accent, soft, 0.55);
    context.beginPath();
    for (let sector = 0; sector < heat.length; sector++) {
      const length = letters.indexOf(heat[sector]) / 63 * reach;
      if (length < 0.5) continue;
      const angle = top + (sector + 0.5) / heat.length * full;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      context.moveTo(this.x + cos * (base - 1), this.y + sin * (base - 1));
      context.lineTo(this.x + cos * (base - 1 - length), this.y + sin * (base - 1 - length));
    }
    context.stroke();
  }

  // Nodes stand on a circle of their own, in order of id: a node's points are everywhere.
  placeNodes() {
    const nodes = [...this.state.nodes.values()].sort((one, other) => one.id < other.id ? -1 : 1);
    const circle = this.inner - this.radius * 0.14 - Math.max(14, this.radius * 0.09);
    return nodes.map((node, order) => {
      const angle = top + (order + (nodes.length > 1 ? 0.5 : 0)) / nodes.length * full;
      return { node, angle, x: this.x + Math.cos(angle) * circle, y: this.y + Math.sin(angle) * circle, circle };
    });
  }

  drawNodes() {
    const { context } = this;
    const { card, bad, warn, text, muted, accent } = colours();
    const few = this.places.length <= 24;
    const room = full * (this.places[0]?.circle ?? 1) / Math.max(1, this.places.length);
    const shown = this.places.find(place => place.node.id === this.chosen);
    if (shown) this.drawChords(shown);
    for (const place of this.places) {
      const { node } = place;
      const size = few ? Math.max(4, Math.min(room * 0.3, 4 + Math.sqrt(node.share) * 9)) : Math.max(1, Math.min(3.5, room * 0.4));
      const sick = node.state === 'down' || node.flags > 0;
      const shade = sick ? bad : node.state !== 'up' ? warn : this.byHue ? ofNode(node.index) : node.id === this.chosen ? accent : this.colourOf(node);
      context.globalAlpha = this.chosen && node.id !== this.chosen ? 0.35 : 1;
      context.beginPath();
      context.arc(place.x, place.y, node.id === this.chosen && !few ? 4 : size, 0, full);
      context.fillStyle = node.state === 'up' && !sick ? shade : card;
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = shade;
      if (few || sick || node.state !== 'up') context.stroke();
      if (this.radius > 110 && room > 56) {
        context.fillStyle = node.id === this.chosen ? text : muted;
        context.font = '12px system-ui, sans-serif';
        context.textAlign = 'center';
        context.textBaseline = 'middle';
        // Towards the middle for those at the bottom, else beneath: never among the strokes of requests.
        const label = shortened(context, node.id, room - 10);
        // A rim of the ground's colour: lines run behind names.
        context.strokeStyle = card;
        context.lineWidth = 4;
        const y = place.y + (Math.sin(place.angle) > 0.4 ? -1 : 1) * (size + 11);
        context.strokeText(label, place.x, y);
        context.fillText(label, place.x, y);
      }
    }
    context.globalAlpha = 1;
  }

  drawChords(place) {
    const { context } = this;
    const { owners } = this.state.ring;
    context.strokeStyle = this.byHue ? ofNode(place.node.index) : colours().accent;
    context.globalAlpha = 0.16;
    context.lineWidth = 1;
    context.beginPath();
    for (let sector = 0; sector < owners.length; sector++) {
      if (owners[sector] !== place.node.index) continue;
      const angle = top + (sector + 0.5) / owners.length * full;
      context.moveTo(place.x, place.y);
      context.quadraticCurveTo(this.x, this.y, this.x + Math.cos(angle) * this.inner, this.y + Math.sin(angle) * this.inner);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  drawKey() {
    if (!this.key) return;
    const { context } = this;
    const { text, card } = colours();
    const angle = top + this.key.place * full;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const place = this.places.find(one => one.node.id === this.key.node);
    context.strokeStyle = text;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(this.x + cos * (this.radius - 6), this.y + sin * (this.radius - 6));
    context.lineTo(this.x + cos * (this.inner - 4), this.y + sin * (this.inner - 4));
    if (place) context.quadraticCurveTo(this.x + cos * this.inner * 0.6, this.y + sin * this.inner * 0.6, place.x, place.y);
    context.stroke();
    context.beginPath();
    context.arc(this.x + cos * (this.radius - 10 - this.band / 2), this.y + sin * (this.radius - 10 - this.band / 2), 5, 0, full);
    context.fillStyle = card;
    context.fill();
    context.stroke();
  }

  drawCentre() {
    const { context } = this;
    const { text, muted } = colours();
    if (this.radius < 90) return;
    const node = this.chosen ? this.state.byId(this.chosen) : null;
    const [big, small] = node ? [percent(node.share, 1), 'of the key space'] : [rate(this.state.last?.rate ?? 0), 'requests/s'];
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    context.fillStyle = text;
    context.font = `600 ${Math.round(Math.max(18, this.radius * 0.13))}px system-ui, sans-serif`;
    context.fillText(big, this.x, this.y + 4);
    context.fillStyle = muted;
    context.font = '12.5px system-ui, sans-serif';
    context.fillText(small, this.x, this.y + 23);
  }

  describe() {
    const { pool, nodes } = this.state;
    const node = this.chosen ? this.state.byId(this.chosen) : null;
    say(byId('ring-note'), pool ? `${whole(pool.points)} points · ${whole(pool.overrides)} ${pool.overrides === 1 ? 'override' : 'overrides'}` : '');
    say(byId('ring-legend'), node
      ? `${node.id}: ${percent(node.share, 1)} of the key space, ${rate(node.rate)} requests/s`
      : nodes.size === 0 ? 'No node is on the ring.'
      : `${this.byHue ? 'Arcs by owner' : 'Arcs by their owner’s load'}; inside, where requests come in${pool?.overrides ? '; outside, overrides' : ''}`);
    mark(this.canvas, 'aria-label', pool ? `The ring of pool ${pool.name}: ${this.serving} nodes serve, ${pool.overrides} overrides. The table of nodes has each one’s share.` : 'The ring');
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const distance = Math.hypot(x - this.x, y - this.y);
    let found = null;
    if (distance > this.inner && distance < this.radius + 4) {
      const turn = ((Math.atan2(y - this.y, x - this.x) - top) / full + 1) % 1;
      found = this.state.nodes.get(this.state.ring.owners[Math.floor(turn * this.state.ring.owners.length)])?.id ?? null;
    } else if (this.places?.length) {
      const near = this.places.reduce((best, place) => { const away = Math.hypot(x - place.x, y - place.y); return away < best.away ? { away, place } : best; }, { away: 16 });
      found = near.place?.node.id ?? null;
    }
    if (found !== this.hovered) { this.hovered = found; this.draw(); }
  }
}

function shortened(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let kept = text;
  while (kept.length > 1 && context.measureText(kept + '…').width > width) kept = kept.slice(0, -1);
  return kept + '…';
}
