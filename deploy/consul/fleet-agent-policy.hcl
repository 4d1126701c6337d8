# What the agent of a fleet's node needs of Consul, and nothing more, when its workloads serve pools of the service "items": one more block for each
# further service. Names are those of the default Allocation:FleetService and Coordination:LeaderKey.

# The node itself.
service "hashbalancer-fleet" {
  policy = "write"
}

# What it serves when it is leased for it.
service "items" {
  policy = "write"
}

# Which pool it is leased for, which leaders alone decide.
key_prefix "hashbalancer/fleet/leases/" {
  policy = "read"
}

# How it gets on with that.
key_prefix "hashbalancer/fleet/agents/" {
  policy = "write"
}
