using HashBalancer.Consul.Models;

namespace HashBalancer.Agent;

/// <summary>What an instance says of itself with each report.</summary>
/// <param name="Status">One of <see cref="CheckStatus"/>.</param>
/// <param name="Output">Shown with the check; the load report as a rule.</param>
internal readonly record struct Heartbeat(string Status, string Output);
