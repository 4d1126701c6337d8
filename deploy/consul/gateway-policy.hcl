# What a gateway needs of Consul, and nothing more. Names are those of the default Coordination:LeaderKey.

# Instances of the services, wherever they run. Narrow it to the pools' services where announcements are off.
service_prefix "" {
  policy = "read"
}
node_prefix "" {
  policy = "read"
}

# The leader's lock, assignments, load summaries and drained nodes.
key_prefix "hashbalancer/" {
  policy = "write"
}

# The sessions behind the lock and the summaries, on the agent that the gateway talks to.
session_prefix "" {
  policy = "write"
}
