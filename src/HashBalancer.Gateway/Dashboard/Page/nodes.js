// The table of nodes: a page of it at a time, so that a thousand nodes cost no more than twenty.

import { byId, make, mark, say, show } from './dom.js';
import { State } from './state.js';
import { milliseconds, percent, rate, whole } from './format.js';

const perPage = 16;
const sickFirst = node => State.stateOf(node) === 'up' ? 1 : 0;

const columns = [
  { name: 'Node', value: node => node.id, left: true },
  { name: 'State', value: sickFirst, left: true, wide: false },
  { name: 'Share', value: node => node.share, wide: true },
  { name: 'Load', unit: 'requests per second', value: node => node.rate },
  { name: 'In flight', value: node => node.inFlight, wide: true },
  { name: 'Latency', value: node => node.latency },
  { name: 'Hits', unit: 'requests whose key belongs to the node', value: node => node.hits, wide: true },
  { name: 'Busy', unit: 'utilisation as the node reports it', value: node => node.utilisation, wide: true },
  { name: 'Errors', unit: 'per second', value: node => node.errors, wide: true },
];

export class Nodes {
  constructor(state, ring, drain) {
    Object.assign(this, { state, ring, drain, page: 0, sort: null, down: false, rows: [] });
    byId('node-head').append(...columns.map((column, index) => make('th', { scope: 'col', class: [column.left ? 'left' : '', column.wide ? 'wide' : ''].join(' ').trim() || null, title: column.unit },
      make('button', { type: 'button', onclick: () => this.sortBy(index) }, column.name))), make('th', { scope: 'col' }, make('span', { class: 'muted' }, '')));
    byId('node-head').lastChild.setAttribute('aria-label', 'Actions');
    byId('node-filter').addEventListener('input', () => { this.page = 0; this.update(); });
    byId('page-back').addEventListener('click', () => { this.page--; this.update(); });
    byId('page-on').addEventListener('click', () => { this.page++; this.update(); });
  }

  sortBy(index) {
    if (this.sort === index && this.down === (index !== 0)) this.down = !this.down;
    else if (this.sort === index) this.sort = null;
    else [this.sort, this.down] = [index, index !== 0];
    [...byId('node-head').children].forEach((head, at) => at === this.sort ? mark(head, 'aria-sort', this.down ? 'descending' : 'ascending') : head.removeAttribute('aria-sort'));
    this.page = 0;
    this.update();
  }

  get visible() {
    const text = byId('node-filter').value.trim().toLowerCase();
    const nodes = [...this.state.nodes.values()].filter(node => !text || node.id.toLowerCase().includes(text) || node.address.includes(text) || node.zone?.toLowerCase().includes(text));
    const byId_ = (one, other) => one.id.localeCompare(other.id, 'en', { numeric: true });
    if (this.sort === null) return nodes.sort((one, other) => sickFirst(one) - sickFirst(other) || byId_(one, other));
    const { value } = columns[this.sort];
    const turn = this.down ? -1 : 1;
    return nodes.sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      return typeof a === 'string' ? turn * byId_(one, other) : turn * (a - b) || byId_(one, other);
    });
  }

  update() {
    const nodes = this.visible;
    const pages = Math.max(1, Math.ceil(nodes.length / perPage));
    this.page = Math.max(0, Math.min(this.page, pages - 1));
    const shown = nodes.slice(this.page * perPage, (this.page + 1) * perPage);
    const most = Math.max(0.1, ...nodes.map(node => node.rate));
    const body = byId('node-rows');
    while (this.rows.length < shown.length) { const row = this.makeRow(); this.rows.push(row); body.append(row.element); }
    while (this.rows.length > shown.length) this.rows.pop().element.remove();
    shown.forEach((node, index) => this.fill(this.rows[index], node, most));
    show(byId('node-table'), shown.length > 0);
    show(byId('nodes-empty'), shown.length === 0);
    say(byId('nodes-empty'), this.state.nodes.size ? 'No node of that name.' : this.state.pool ? 'No node is registered for this pool yet.' : 'There is no pool to show.');
    show(byId('pager'), pages > 1);
    byId('page-back').disabled = this.page === 0;
    byId('page-on').disabled = this.page === pages - 1;
    const more = this.state.pool && this.state.pool.nodes > this.state.nodes.size ? ` shown, of ${whole(this.state.pool.nodes)}` : '';
    say(byId('page-text'), `${this.page * perPage + 1}–${this.page * perPage + shown.length} of ${whole(nodes.length)}${more}`);
  }

  makeRow() {
    const row = { cells: [] };
    row.dot = make('span', { class: 'dot', 'aria-hidden': 'true' });
    row.name = make('span', { class: 'ellipsis' });
    row.address = make('small', { class: 'ellipsis' });
    row.pick = make('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.pick(row.node.id), onfocus: () => this.light(row.node.id), onblur: () => this.light(null) }, row.dot, row.name);
    row.state = make('span', { class: 'state' });
    row.bar = make('i', {});
    row.load = make('span', {});
    const loaded = make('td', {}, row.load, make('span', { class: 'meter', 'aria-hidden': 'true' }, row.bar));
    row.cells = [1, 2, 3, 4, 5, 6].map(() => make('td', {}));
    const [share, flight, latency, hits, busy, errors] = row.cells;
    for (const cell of [share, flight, hits, busy, errors]) cell.className = 'wide';
    row.act = make('button', { type: 'button', class: 'quiet small', onclick: () => this.drain(row.node) });
    row.element = make('tr', { onpointerenter: () => this.light(row.node.id), onpointerleave: () => this.light(null) },
      make('td', { class: 'name' }, row.pick, row.address), make('td', { class: 'left' }, row.state), share, loaded, flight, latency, hits, busy, errors, make('td', {}, row.act));
    return row;
  }

  fill(row, node, most) {
    row.node = node;
    const state = State.stateOf(node);
    row.dot.style.background = this.ring.colourOf(node);
    say(row.name, node.id);
    mark(row.name, 'title', node.id);
    const address = node.address.replace(/^http:\/\//, '').replace(/\/$/, '') + (node.zone ? ` · ${node.zone}` : '') + (node.weight !== 1 ? ` · weight ${node.weight}` : '');
    say(row.address, address);
    mark(row.pick, 'aria-pressed', String(this.ring.picked === node.id));
    say(row.state, state);
    mark(row.state, 'class', `state ${state}`);
    say(row.load, rate(node.rate));
    row.bar.style.width = `${100 * node.rate / most}%`;
    const texts = [percent(node.share, 1), whole(node.inFlight), milliseconds(node.latency), node.hits < 0 ? '–' : `${node.hits} %`, node.utilisation < 0 ? '–' : `${node.utilisation} %`, rate(node.errors)];
    texts.forEach((text, index) => say(row.cells[index], text));
    say(row.act, node.state === 'draining' ? 'Undrain' : 'Drain');
    mark(row.act, 'aria-label', `${node.state === 'draining' ? 'Undrain' : 'Drain'} ${node.id}`);
    show(row.act, node.state !== 'down');
    row.element.classList.toggle('picked', this.ring.picked === node.id);
    mark(row.element, 'data-node', node.id);
  }

  pick(id) {
    this.ring.picked = this.ring.picked === id ? null : id;
    this.ring.draw();
    this.update();
  }

  light(id) {
    if (this.ring.hovered === id) return;
    this.ring.hovered = id;
    this.ring.draw();
  }
}
