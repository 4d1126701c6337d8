// The box that explains a key: the words are the gateway's own answer, the picture shows the key's place.

import { ask, poolPath } from './api.js';
import { byId, make } from './dom.js';
import { percent, whole } from './format.js';

const whys = {
  'owner': 'it owns the key', 'waited': 'it owns the key, after a short wait', 'successor': 'it is next after the owner, which cannot be used', 'spill': 'the owner is over its bound',
  'saturated': 'every node is over its bound', 'hot-key': 'the key is hot, and it is the least loaded of those that share it', 'panic': 'every node rests, so that all serve', 'none': 'no node can take it',
};

export class Explain {
  constructor(state, ring) {
    Object.assign(this, { state, ring });
    byId('explain-form').addEventListener('submit', event => { event.preventDefault(); this.explain(byId('explain-key').value); });
  }

  clear() {
    this.ring.key = null;
    byId('explain-answer').replaceChildren(make('p', { class: 'empty' }, 'Says which node serves a key at this moment, why, and which ones follow.'));
  }

  async explain(key) {
    const box = byId('explain-answer');
    try {
      this.show(box, key, await ask(poolPath(this.state.pool?.name ?? '', `explain?key=${encodeURIComponent(key)}`)));
    } catch (error) {
      this.ring.key = null;
      box.replaceChildren(make('p', { class: 'fault' }, error.message));
    }
    this.ring.draw();
  }

  show(box, key, told) {
    this.ring.key = { place: parseInt(told.hash.slice(0, 8), 16) / 2 ** 32, node: told.node };
    const lines = [`Place ${told.hash}${told.arc ? `, in an arc of ${percent(told.arc.share)} of the key space` : ''}.`];
    if (told.arc?.isOverride) lines.push(`The rebalancer gave the arc to ${told.owner} (assignment ${told.assignmentVersion}); at home it is on ${told.home}.`);
    if (told.sharers > 1) lines.push(`The key is hot: ${told.sharers} nodes share it.`);
    if (told.waits) lines.push('A request first waits a moment for the owner, which is over its bound.');
    box.replaceChildren(
      make('p', { class: 'said', id: 'explain-node' }, told.node ?? 'No node', make('span', { class: 'muted' }, ` – ${whys[told.reason] ?? told.reason}`)),
      make('p', { class: 'muted' }, lines.join(' ')),
      make('ol', { class: 'walk', 'aria-label': `The nodes in the order in which they serve ${key}` }, ...told.walk.map(node => make('li', {},
        make('b', {}, node.id), make('span', {}, `${whole(node.inFlight)} in flight`),
        node.isFull ? make('span', {}, 'over its bound') : null,
        node.pace < 0.95 ? make('span', {}, `pace ${node.pace.toFixed(2)}`) : null,
        told.sharers > 1 && Math.abs(node.handicap - 1) >= 0.05 ? make('span', {}, `handicap ${node.handicap.toFixed(2)}`) : null,
        node.obstacles.length ? make('span', { class: 'bad' }, node.obstacles.join(', ')) : null))),
      ...(told.aside.length ? [make('p', { class: 'muted' }, `Not on the ring: ${told.aside.slice(0, 8).map(node => `${node.id} (${node.state.toLowerCase()})`).join(', ')}${told.aside.length > 8 ? ` and ${told.aside.length - 8} more` : ''}.`)] : []));
  }
}
