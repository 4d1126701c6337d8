// The what-if form: changes of the ring's nodes, and what the gateway says they would do.

import { ask, poolPath } from './api.js';
import { byId, make } from './dom.js';
import { percent, rate, whole } from './format.js';

const mostRows = 8;

export class WhatIf {
  constructor(state) {
    this.state = state;
    byId('whatif-more').addEventListener('click', () => { this.addChange().querySelector('select').focus(); });
    byId('whatif-form').addEventListener('submit', event => { event.preventDefault(); this.simulate(); });
    this.addChange();
  }

  clear() {
    byId('whatif-changes').replaceChildren();
    this.addChange();
    byId('whatif-answer').replaceChildren(make('p', { class: 'empty' }, 'Says which keys would move and what each node would get. Nothing changes.'));
  }

  addChange() {
    const kind = make('select', { 'aria-label': 'What happens' },
      make('option', { value: 'remove' }, 'Remove'), make('option', { value: 'add' }, 'Add'), make('option', { value: 'reweight' }, 'Re-weight'));
    const id = make('input', { 'aria-label': 'Node', placeholder: 'Node', required: true, autocomplete: 'off', spellcheck: 'false', list: 'whatif-nodes' });
    const weight = make('input', { 'aria-label': 'Weight', type: 'number', min: '0', max: '1000', step: 'any', value: '1', required: true, disabled: true, class: 'away' });
    const away = make('button', { type: 'button', class: 'quiet', 'aria-label': 'Take this change away', onclick: () => { if (byId('whatif-changes').children.length > 1) row.remove(); } }, '×');
    const row = make('li', {}, kind, id, weight, away);
    kind.addEventListener('change', () => {
      weight.disabled = kind.value === 'remove';
      weight.className = weight.disabled ? 'away' : '';
    });
    id.addEventListener('focus', () => this.offer());
    byId('whatif-changes').append(row);
    return row;
  }

  // Names to choose from: the browser's own list, as of now.
  offer() {
    let list = byId('whatif-nodes');
    if (!list) document.body.append(list = make('datalist', { id: 'whatif-nodes' }));
    list.replaceChildren(...[...this.state.nodes.values()].slice(0, 200).map(node => make('option', { value: node.id })));
  }

  get request() {
    const request = { add: [], remove: [], reweight: [] };
    for (const row of byId('whatif-changes').children) {
      const [kind, id, weight] = [...row.children].map(field => field.value);
      if (kind === 'remove') request.remove.push(id.trim());
      else request[kind].push({ id: id.trim(), weight: Number(weight) });
    }
    return request;
  }

  async simulate() {
    const box = byId('whatif-answer');
    try {
      this.show(box, await ask(poolPath(this.state.pool?.name ?? '', 'ring/simulate'), this.request));
    } catch (error) {
      box.replaceChildren(make('p', { class: 'fault' }, error.message));
    }
  }

  show(box, told) {
    const number = (name, value, id) => make('div', {}, make('dt', {}, name), make('dd', { id }, value));
    const numbers = [number('Key space that moves', percent(told.movedShare), 'whatif-moved')];
    if (told.movedLoad !== null) numbers.push(number('Load that moves', `${rate(told.movedLoad)}/s`));
    if (told.busiestBefore !== null && told.busiestAfter !== null) numbers.push(number('Busiest over the mean', `${told.busiestBefore.toFixed(2)} → ${told.busiestAfter.toFixed(2)}`));
    const changed = told.nodes.filter(node => node.shareBefore !== node.shareAfter || node.weightBefore !== node.weightAfter)
      .sort((one, other) => Math.abs(other.shareAfter - other.shareBefore) - Math.abs(one.shareAfter - one.shareBefore));
    const pair = (before, after) => [before, make('span', { class: 'arrow' }, '→'), after];
    const hasLoad = told.nodes.some(node => node.loadBefore !== null);
    const table = make('table', {},
      make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Node'), make('th', { scope: 'col' }, 'Share'), hasLoad ? make('th', { scope: 'col' }, 'Requests/s') : null)),
      make('tbody', { id: 'whatif-rows' }, ...changed.slice(0, mostRows).map(node => make('tr', {},
        make('td', { class: 'ellipsis' }, node.id, make('span', { class: 'muted' }, node.weightBefore === null ? ' comes' : node.weightAfter === null ? ' leaves' : '')),
        make('td', {}, ...pair(percent(node.shareBefore, 1), percent(node.shareAfter, 1))),
        hasLoad ? make('td', {}, ...pair(rate(node.loadBefore), rate(node.loadAfter))) : null))));
    box.replaceChildren(
      make('dl', { class: 'numbers' }, ...numbers),
      ...(changed.length ? [table] : [make('p', { class: 'muted' }, 'No key would move.')]),
      ...(changed.length > mostRows ? [make('p', { class: 'muted' }, `${whole(changed.length - mostRows)} more nodes change by less.`)] : []),
      ...(hasLoad ? [] : [make('p', { class: 'muted' }, 'No load was measured yet: shares alone.')]));
  }
}
