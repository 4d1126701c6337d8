# What a service that registers itself as "items" needs of Consul, and nothing more.
service "items" {
  policy = "write"
}
