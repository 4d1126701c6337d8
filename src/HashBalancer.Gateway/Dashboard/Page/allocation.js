// How a shared fleet is divided: asked for every few seconds where there is one, and not shown where there is none.

import { ask } from './api.js';
import { byId, make, say, show } from './dom.js';

const pause = 5000;
const units = value => Number.isInteger(value) ? String(value) : value.toFixed(1);

export class Allocation {
  constructor(state) {
    this.state = state;
    this.next = 0;
  }

  update() {
    const { gateway } = this.state;
    if (!gateway?.fleet) { show(byId('allocation-card'), false); return; }
    if (performance.now() < this.next) return;
    this.next = performance.now() + pause;
    this.load();
  }

  async load() {
    try {
      this.show(await ask('/api/v1/allocation'));
    } catch (error) {
      say(byId('allocation-note'), error.message);
    }
  }

  show(told) {
    show(byId('allocation-card'), true);
    const { fleet } = told;
    say(byId('allocation-note'), told.fault ?? told.hold ?? `${fleet.available} of ${fleet.nodes} nodes available, ${fleet.free} free${told.frozen ? ' · frozen' : ''}${told.mode === 'On' ? '' : ` · ${told.mode.toLowerCase()} only`}`);
    const most = Math.max(1, ...told.pools.map(pool => Math.max(pool.guarantee, pool.demand, pool.assigned, pool.ceiling ?? 0)));
    const place = value => `${100 * value / most}%`;
    byId('allocation').replaceChildren(...told.pools.map(pool => {
      const [bar, guarantee, ceiling] = [make('i', {}), make('b', { title: 'guarantee' }), pool.ceiling === undefined ? null : make('b', { class: 'ceiling', title: 'ceiling' })];
      bar.style.width = place(pool.assigned);
      guarantee.style.left = place(pool.guarantee);
      if (ceiling) ceiling.style.left = `calc(${place(pool.ceiling)} - 2px)`;
      const facts = [`wants ${units(pool.demand)}`, `guarantee ${units(pool.guarantee)}`, pool.ceiling === undefined ? null : `ceiling ${units(pool.ceiling)}`, pool.arriving ? `${pool.arriving} arriving` : null, pool.leaving ? `${pool.leaving} leaving` : null];
      return make('li', { 'data-pool': pool.name },
        make('div', { class: 'line between' }, make('strong', {}, pool.name), make('span', { class: 'tabular' }, `${pool.assigned} ${pool.assigned === 1 ? 'node' : 'nodes'}`)),
        make('div', { class: 'track', 'aria-hidden': 'true' }, bar, guarantee, ceiling),
        make('small', {}, `${facts.filter(Boolean).join(' · ')}. ${pool.reason}`));
    }));
  }
}
