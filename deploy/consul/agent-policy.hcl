# What a service that registers itself as "items" needs of Consul, and nothing more.
service "items" {
  policy = "write"
}

# The load of the instances whose ids begin with the service's name, which the agent tells the gateways.
key_prefix "hashbalancer/heartbeats/items" {
  policy = "write"
}
