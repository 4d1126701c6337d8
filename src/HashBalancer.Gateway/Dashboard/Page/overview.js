// The header, the figures at a glance, hot keys and the rebalancer's last moves.

import { byId, make, mark, say, show } from './dom.js';
import { State } from './state.js';
import { clock, duration, milliseconds, percent, rate, whole } from './format.js';

// Of all requests: less is no news, be the list ever so short.
const leastShare = 0.005;

export class Overview {
  constructor(state, choose) {
    this.state = state;
    byId('pool').addEventListener('change', event => choose(event.target.value));
    this.facts = ['Requests', 'Mean latency', 'In flight', 'Key hits', 'Errors', 'Nodes'].map(name => {
      const [value, unit] = [make('span', {}), make('small', {})];
      const number = make('dd', {}, value, unit);
      byId('facts').append(make('div', { class: 'fact' }, make('dt', {}, name), number));
      return { number, value, unit };
    });
  }

  update() {
    const { state } = this;
    say(byId('gateway'), state.gateway ? `${state.gateway.name} · up ${duration(state.gateway.upSeconds)}` : '');
    this.pools();
    this.pills();
    this.figures();
    this.hot();
    this.plans();
  }

  pools() {
    const { pools, pool, gateway } = this.state;
    const select = byId('pool');
    const names = pools.map(([name]) => name).join('\n');
    if (select.dataset.names !== names) {
      select.dataset.names = names;
      select.replaceChildren(...pools.map(([name]) => make('option', { value: name }, name)));
      if (gateway.poolCount > pools.length) select.append(make('option', { disabled: true }, `${gateway.poolCount - pools.length} more`));
    }
    if (pool && select.value !== pool.name && document.activeElement !== select) select.value = pool.name;
    show(select.parentElement, pools.length > 0);
    document.title = pool ? `${pool.name} – HashBalancer` : 'HashBalancer';
  }

  pills() {
    const { gateway, pool, last } = this.state;
    const pills = [];
    if (gateway) {
      const since = duration((this.state.at - gateway.registrySince) / 1000);
      pills.push(gateway.registryState === 'Reachable' ? ['good', 'Registry answers', gateway.registry]
        : gateway.registryState === 'Unknown' ? ['warn', 'Registry not asked yet', gateway.registry]
        : ['bad', `Registry gone for ${since}`, gateway.registryError ?? gateway.registry]);
      pills.push(gateway.isLeader ? ['good', 'Leads', gateway.name] : gateway.leader ? ['', `Follows ${gateway.leader}`, gateway.leader] : ['warn', 'No leader', 'Nothing is rebalanced; requests are served as ever.']);
    }
    if (pool?.source === 'LastKnownGood') pills.push(['warn', 'Last known nodes', pool.note ?? 'The registry has not answered since the gateway started.']);
    if (pool?.source === 'None') pills.push(['warn', 'Nodes not known', pool.note ?? '']);
    if (last?.panicking) pills.push(['bad', 'Ejections ignored', 'So many nodes are bad that all serve.']);
    if (last?.queued > 0) pills.push(['warn', `${whole(last.queued)} queued`, 'Requests that wait to be let in.']);
    const list = byId('pills');
    while (list.children.length > pills.length) list.lastChild.remove();
    while (list.children.length < pills.length) list.append(make('li', {}));
    pills.forEach(([kind, text, title], index) => {
      say(list.children[index], text);
      mark(list.children[index], 'class', `pill ${kind} ellipsis`.replace('  ', ' '));
      mark(list.children[index], 'title', title);
    });
  }

  figures() {
    const { last, nodes, reasons } = this.state;
    const all = [...nodes.values()];
    const up = all.filter(node => State.stateOf(node) === 'up').length;
    const owned = last ? ['owner', 'waited', 'hot-key'].reduce((sum, name) => sum + (last.byReason[reasons.indexOf(name)] ?? 0), 0) : 0;
    const values = [
      [rate(last?.rate ?? 0), '/s'], [milliseconds(last?.latency ?? 0), ''], [whole(last?.inFlight ?? 0), ''],
      [last?.rate > 0 ? percent(owned / last.rate, 1) : '–', ''], [rate(last?.errors ?? 0), '/s', last?.errors > 0 ? 'bad' : ''],
      [whole(up), `of ${whole(all.length)} up`, all.length === 0 || up === 0 ? 'bad' : up < all.length ? 'warn' : ''],
    ];
    values.forEach(([value, unit, kind], index) => {
      const fact = this.facts[index];
      say(fact.value, value);
      say(fact.unit, unit);
      mark(fact.number, 'class', kind ?? '');
    });
  }

  hot() {
    const { hot, nodes } = this.state;
    const list = byId('hot');
    const shown = hot.filter(key => key.sharers > 1 || key.share >= leastShare).slice(0, 6);
    show(byId('hot-empty'), shown.length === 0);
    while (list.children.length > shown.length) list.lastChild.remove();
    while (list.children.length < shown.length) {
      list.append(make('li', {}, make('span', { class: 'mono' }), make('span', { class: 'bar', 'aria-hidden': 'true' }, make('i', {})), make('span', {}), make('small', {})));
    }
    const most = Math.max(0.01, ...shown.map(key => key.share));
    shown.forEach((key, index) => {
      const [hash, bar, share, who] = list.children[index].children;
      say(hash, key.hash);
      bar.firstChild.style.width = `${100 * key.share / most}%`;
      say(share, percent(key.share));
      say(who, `${key.sharers > 1 ? `shared by ${key.sharers} nodes` : 'on one node'}, owner ${nodes.get(key.owner)?.id ?? 'none'}`);
    });
  }

  plans() {
    const { plans, pool } = this.state;
    say(byId('plans-note'), pool ? (pool.assignment ? `assignment ${whole(pool.assignment)}, ${whole(pool.overrides)} arcs away from home` : 'every arc is at home') : '');
    show(byId('plans-empty'), plans.length === 0);
    const list = byId('plans');
    const shown = plans.slice(0, 6);
    const print = JSON.stringify(shown);
    if (list.dataset.print === print) return;
    list.dataset.print = print;
    list.replaceChildren(...shown.map(plan => make('li', {},
      make('span', { class: 'muted' }, clock(plan.at)),
      make('span', {}, `${plan.version ? 'Moved' : 'Would move'} ${whole(plan.count)} ${plan.count === 1 ? 'arc' : 'arcs'}, ${percent(plan.share)} of the key space; busiest ${plan.busiest.toFixed(2)} → ${plan.predicted.toFixed(2)}${plan.observed !== undefined ? `, came to ${plan.observed.toFixed(2)}` : ''}`),
      plan.moves.length ? make('small', {}, plan.moves.slice(0, 3).map(([from, to, share]) => `${from} → ${to} ${percent(share)}`).join(' · ') + (plan.count > 3 ? ` · ${plan.count - 3} more` : '')) : null)));
  }
}
