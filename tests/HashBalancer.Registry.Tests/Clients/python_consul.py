#!/usr/bin/python3
"""Drives an agent with python-consul (Debian: python3-consul): python_consul.py http://127.0.0.1:8500"""
import sys
import threading
import urllib.parse
import uuid

import consul
from consul.base import CB

address = urllib.parse.urlsplit(sys.argv[1])
client = consul.Consul(host=address.hostname, port=address.port)
unique = uuid.uuid4().hex[:8]
service = 'python-' + unique
service_id = service + '-1'


def put(path, **params):
    # This client asks the agent to change things by GET, which Consul has refused since 1.0: its own transport PUTs as well.
    assert client.http.put(CB.bool(), path, params=params)


# Register; the check is critical until it is reported passing.
assert client.agent.service.register(
    service, service_id=service_id, address='10.0.0.1', port=4711, tags=['v1'], check=consul.Check.ttl('30s'))
assert client.agent.services()[service_id]['Port'] == 4711
index, entries = client.health.service(service, passing=True)
assert entries == []

# A blocking query wakes when the check passes.
answers = []
waiter = threading.Thread(target=lambda: answers.append(client.health.service(service, passing=True, index=index, wait='20s')))
waiter.start()
put('/v1/agent/check/pass/service:' + service_id, note='fine')
waiter.join(15)
assert answers and int(answers[0][0]) > int(index), answers
assert [entry['Service']['ID'] for entry in answers[0][1]] == [service_id]
assert client.health.checks(service)[1][0]['Output'] == 'fine'
assert client.catalog.services()[1][service] == ['v1']

# Check-and-set.
key = 'python/%s/key' % unique
assert client.kv.put(key, 'one', cas=0)
assert not client.kv.put(key, 'two', cas=0)
pair = client.kv.get(key)[1]
assert pair['Value'] == b'one'
assert client.kv.put(key, 'two', cas=pair['ModifyIndex'])
assert client.kv.get(key)[1]['Value'] == b'two'
assert client.kv.get('python/%s/' % unique, keys=True)[1] == [key]

# A lock, contended and released.
lock = 'python/%s/lock' % unique
one = client.session.create(name='one', lock_delay=0, ttl=10)
two = client.session.create(name='two', lock_delay=0, ttl=10)
assert client.kv.put(lock, 'one', acquire=one)
assert not client.kv.put(lock, 'two', acquire=two)
assert client.kv.get(lock)[1]['Session'] == one
assert client.session.renew(one)['ID'] == one
assert client.kv.put(lock, 'free', release=one)
assert client.kv.put(lock, 'two', acquire=two)
assert client.session.destroy(one) and client.session.destroy(two)
assert 'Session' not in client.kv.get(lock)[1]

# Deregister.
put('/v1/agent/service/deregister/' + service_id)
assert client.health.service(service)[1] == []
assert service_id not in client.agent.services()
assert client.kv.delete('python/%s/' % unique, recurse=True)
print('passed')
