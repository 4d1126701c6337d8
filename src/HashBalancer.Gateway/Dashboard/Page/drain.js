// Draining a node and taking it back: asked first, with what it would move.

import { ask, poolPath } from './api.js';
import { byId, say, show } from './dom.js';
import { percent } from './format.js';

export class Drain {
  constructor(state) {
    this.state = state;
    this.dialog = byId('drain');
    byId('drain-no').addEventListener('click', () => this.dialog.close());
    byId('drain-yes').addEventListener('click', () => this.go());
  }

  async open(node) {
    this.node = node.id;
    this.pool = this.state.pool.name;
    this.command = node.state === 'draining' ? 'undrain' : 'drain';
    say(byId('drain-title'), `${node.state === 'draining' ? 'Undrain' : 'Drain'} ${node.id}?`);
    say(byId('drain-yes'), node.state === 'draining' ? 'Undrain' : 'Drain');
    byId('drain-yes').disabled = false;
    show(byId('drain-fault'), false);
    const text = byId('drain-text');
    if (this.command === 'undrain') {
      say(text, 'It comes back to the rings of all gateways, and its keys come home.');
      this.dialog.showModal();
      return;
    }
    const sentence = moved => `${moved} go to the other nodes, on all gateways that share the registry. Requests in flight finish. It stays so until it is undrained.`;
    say(text, sentence('Its keys'));
    this.dialog.showModal();
    try {
      const told = await ask(poolPath(this.pool, 'ring/simulate'), { remove: [node.id] });
      if (this.node === node.id) say(text, sentence(`Its keys, ${percent(told.movedShare, 1)} of the key space,`));
    } catch {
      // A node that is not on the ring moves nothing; the question stands as it is.
    }
  }

  async go() {
    byId('drain-yes').disabled = true;
    try {
      await ask(poolPath(this.pool, `nodes/${encodeURIComponent(this.node)}/${this.command}`), null);
      this.dialog.close();
    } catch (error) {
      say(byId('drain-fault'), error.message);
      show(byId('drain-fault'), true);
      byId('drain-yes').disabled = false;
    }
  }
}
