// How a shared fleet is divided among pools; not shown where there is none.

import { byId, make, say, show } from './dom.js';

const units = value => Number.isInteger(value) ? String(value) : value.toFixed(1);

export class Allocation {
  constructor(state) { this.state = state; }

  update() {
    const told = this.state.allocation;
    if (told === this.shown) return;
    this.shown = told;
    show(byId('allocation-card'), told !== null);
    if (told === null) return;
    say(byId('allocation-note'), told.note ?? [
      `${told.available} of ${told.nodes} nodes available, ${told.free} free`, told.frozen ? 'frozen' : null, told.mode === 'On' ? null : 'observed only',
      told.poolCount > told.pools.length ? `${told.pools.length} of ${told.poolCount} pools shown` : null,
    ].filter(Boolean).join(' · '));
    const pools = told.pools.map(([name, assigned, arriving, leaving, demand, guarantee, ceiling, reason]) => ({ name, assigned, arriving, leaving, demand, guarantee, ceiling, reason }));
    const most = Math.max(1, ...pools.map(pool => Math.max(pool.guarantee, pool.demand, pool.assigned, pool.ceiling ?? 0)));
    byId('allocation').replaceChildren(...pools.map(pool => this.row(pool, value => `${100 * value / most}%`)));
  }

  row(pool, place) {
    const bar = make('i', {});
    const guarantee = make('b', { title: 'guarantee' });
    const ceiling = pool.ceiling === null ? null : make('b', { class: 'ceiling', title: 'ceiling' });
    bar.style.width = place(pool.assigned);
    guarantee.style.left = place(pool.guarantee);
    if (ceiling) ceiling.style.left = `calc(${place(pool.ceiling)} - 2px)`;
    const facts = [
      `wants ${units(pool.demand)}`, `guarantee ${units(pool.guarantee)}`, pool.ceiling === null ? null : `ceiling ${units(pool.ceiling)}`,
      pool.arriving ? `${pool.arriving} arriving` : null, pool.leaving ? `${pool.leaving} leaving` : null,
    ];
    return make('li', { 'data-pool': pool.name },
      make('div', { class: 'line between' }, make('strong', {}, pool.name), make('span', { class: 'assigned' }, `${pool.assigned} ${pool.assigned === 1 ? 'node' : 'nodes'}`)),
      make('div', { class: 'track', 'aria-hidden': 'true' }, bar, guarantee, ceiling),
      make('small', {}, `${facts.filter(Boolean).join(' · ')}. ${pool.reason}`));
  }
}
